# A hop without a tracer: makes a span id of its own for a sampled context, and passes everything on.
defmodule Hop do
  def run(port) do
    {:ok, listener} = :gen_tcp.listen(0, [:binary, packet: 4, active: false, ip: {127, 0, 0, 1}])
    {:ok, own} = :inet.port(listener)
    IO.puts(own)
    {:ok, before} = :gen_tcp.accept(listener)
    {:ok, next} = :gen_tcp.connect({127, 0, 0, 1}, port, [:binary, packet: 4, active: false])
    spans = pass_on(before, next, [])
    :gen_tcp.close(next)
    Enum.each(spans, &IO.puts/1)
  end

  defp pass_on(before, next, spans) do
    case :gen_tcp.recv(before, 0) do
      {:ok, message} ->
        {message, span} = handle(message, Glassine.Frame.read(message))
        :ok = :gen_tcp.send(next, message)
        pass_on(before, next, span ++ spans)

      {:error, :closed} ->
        spans
    end
  end

  defp handle(message, reading) do
    with true <- Glassine.Reading.decision(reading) == :sampled,
         %Glassine.Context{} = context <- Glassine.Reading.context(reading) do
      <<id::64>> = :crypto.strong_rand_bytes(8)
      {:ok, message} = Glassine.Frame.reparent(message, id)
      {message, [span(context, id)]}
    else
      _ -> {message, []}
    end
  end

  defp span(context, id) do
    ~s({"name":"elixir","trace":"#{hex(context.trace_id, 32)}","span":"#{hex(id, 16)}",) <>
      ~s("parent":"#{hex(context.span_id, 16)}"})
  end

  defp hex(number, digits) do
    number |> Integer.to_string(16) |> String.downcase() |> String.pad_leading(digits, "0")
  end
end

[port] = System.argv()
Hop.run(String.to_integer(port))

defmodule Fleet.Edge do
  # Only a text that says *sampled* is read; the edge trusts those that call it.
  alias Glassine.Traceparent

  def publish(guild, post, traceparent) do
    with true <- Traceparent.sampled?(traceparent),
         {:ok, context} <- Traceparent.read(traceparent) do
      Fleet.Channel.with_context(context, fn -> Fleet.Channel.call(guild, {:publish, post}) end)
    else
      _bare -> GenServer.call(guild, {:publish, post})
    end
  end

  # Takes one connection, whose messages have their length in front and may be enveloped: an edge in
  # another language, which is one of ours and believed. Gives the port.
  def listen(guild) do
    caller = self()

    spawn(fn ->
      options = [:binary, packet: 4, active: false, ip: {127, 0, 0, 1}]
      {:ok, listener} = :gen_tcp.listen(0, options)
      send(caller, {:port, :inet.port(listener)})
      {:ok, socket} = :gen_tcp.accept(listener)
      serve(socket, guild)
    end)

    receive do: ({:port, {:ok, port}} -> port)
  end

  defp serve(socket, guild) do
    with {:ok, bytes} <- :gen_tcp.recv(socket, 0) do
      answer =
        Fleet.Channel.handle_bytes(bytes, [trust: :accept], fn "post " <> number = text ->
          _recipients = Fleet.Channel.call(guild, {:publish, String.to_integer(number)})
          Fleet.Channel.wrap_bytes("seen: " <> text)
        end)

      :ok = :gen_tcp.send(socket, answer)
      serve(socket, guild)
    end
  end
end

# Prints the table of the README: what messages cost, in nanoseconds, reductions and words.
#
#     mix run bench/table.exs
#
# Beside it stands an envelope as a struct with a map of texts, which is what a propagator of
# OpenTelemetry fills and reads.

defmodule Bench.Channel do
  use Glassine.Channel
end

defmodule Bench.TextMap do
  # The peer: a struct with a text map.
  defstruct [:message, carrier: []]

  @key :bench_context

  def wrap(message) do
    case Process.get(@key) do
      nil -> %__MODULE__{message: message}
      context -> %__MODULE__{message: message, carrier: [{"traceparent", write(context)}]}
    end
  end

  def handle(%__MODULE__{message: message, carrier: carrier}, fun) do
    before = Process.put(@key, read(carrier))

    try do
      fun.(message)
    after
      if before, do: Process.put(@key, before), else: Process.delete(@key)
    end
  end

  def peek(%__MODULE__{carrier: carrier}) do
    case read(carrier) do
      nil -> false
      context -> Glassine.Context.sampled?(context)
    end
  end

  def with_context(context, fun) do
    Process.put(@key, context)
    result = fun.()
    Process.delete(@key)
    result
  end

  defp write(context), do: Glassine.Traceparent.write(context)

  defp read(carrier) do
    with {_key, text} <- List.keyfind(carrier, "traceparent", 0),
         <<"00-", trace_id::binary-size(32), ?-, span_id::binary-size(16), ?-, flags::binary>> <-
           text do
      %Glassine.Context{
        trace_id: String.to_integer(trace_id, 16),
        span_id: String.to_integer(span_id, 16),
        flags: String.to_integer(flags, 16)
      }
    end
  end
end

defmodule Bench do
  require Glassine

  alias Bench.{Channel, TextMap}
  alias Glassine.Context

  @sampled %Context{
    trace_id: 0x4BF92F3577B34DA6A3CE929D0E0E4736,
    span_id: 0xF067AA0BA902B7,
    flags: 3
  }
  @unsampled %{@sampled | flags: 2}
  @message {:post, 12_345_678, "a short text"}
  @rounds 10_000
  @samples 300

  def run do
    Channel.set_rollout(:on)

    rows = [
      {"wrap", :wrap},
      {"peek: is it sampled?", :peek},
      {"unpack and handle", :handle},
      {"send and receive", :send}
    ]

    IO.puts("| | bare | unsampled | sampled | text map, unsampled | text map, sampled |")
    IO.puts("|---|---|---|---|---|---|")

    for {name, what} <- rows do
      cells =
        for {library, context} <- [
              {:glassine, nil},
              {:glassine, @unsampled},
              {:glassine, @sampled},
              {:text_map, @unsampled},
              {:text_map, @sampled}
            ],
            do: cell(what, library, context)

      IO.puts("| #{name} | #{Enum.join(cells, " | ")} |")
    end

    sizes =
      for {library, context} <- [
            {:glassine, nil},
            {:glassine, @unsampled},
            {:glassine, @sampled},
            {:text_map, @unsampled},
            {:text_map, @sampled}
          ] do
        message = message(library, context)

        "#{:erts_debug.flat_size(message)} words, #{byte_size(:erlang.term_to_binary(message))} bytes"
      end

    IO.puts("| size | #{Enum.join(sizes, " | ")} |")
    copy = Channel.with_context(@sampled, fn -> Channel.wrap_many(@message, 10_000) end)
    thinned = measure(fn -> Channel.handle_message(copy, fn inner -> inner end) end)
    IO.puts("\nOne copy for 10,000, at a receiver that is not chosen: #{thinned}.")
    IO.puts("\nElixir #{System.version()}, OTP #{otp()}, #{cpu()}")
  end

  defp cell(what, library, context) do
    fun = fun(what, library, message(library, context))
    in_context(library, context, fn -> measure(fun) end)
  end

  # The least of many short samples: what the scheduler did to the others is no cost of ours.
  defp measure(fun) do
    {time, reductions} = least(fun)
    {empty_time, empty_reductions} = least(fn -> :ok end)
    time = max(round((time - empty_time) / @rounds), 0)
    "#{time} ns, #{round((reductions - empty_reductions) / @rounds)}"
  end

  defp least(fun) do
    samples = for _ <- 1..@samples, do: sample(fun)
    {times, reductions} = Enum.unzip(samples)
    {Enum.min(times), Enum.min(reductions)}
  end

  defp sample(fun) do
    {:reductions, before} = Process.info(self(), :reductions)
    start = System.monotonic_time(:nanosecond)
    loop(fun, @rounds)
    stop = System.monotonic_time(:nanosecond)
    {:reductions, now} = Process.info(self(), :reductions)
    {stop - start, now - before}
  end

  defp loop(_fun, 0), do: :ok

  defp loop(fun, left) do
    fun.()
    loop(fun, left - 1)
  end

  defp in_context(_library, nil, fun), do: fun.()
  defp in_context(:glassine, context, fun), do: Channel.with_context(context, fun)
  defp in_context(:text_map, context, fun), do: TextMap.with_context(context, fun)

  defp message(library, context), do: in_context(library, context, fn -> wrap(library) end)

  defp wrap(:glassine), do: Channel.wrap(@message)
  defp wrap(:text_map), do: TextMap.wrap(@message)

  defp fun(:wrap, :glassine, _message), do: fn -> Channel.wrap(@message) end
  defp fun(:wrap, :text_map, _message), do: fn -> TextMap.wrap(@message) end
  defp fun(:peek, :glassine, message), do: fn -> sampled?(message) end
  defp fun(:peek, :text_map, message), do: fn -> TextMap.peek(message) end

  defp fun(:handle, :glassine, message) do
    fn -> Channel.handle_message(message, fn inner -> inner end) end
  end

  defp fun(:handle, :text_map, message) do
    fn -> TextMap.handle(message, fn inner -> inner end) end
  end

  defp fun(:send, :glassine, _message) do
    fn ->
      send(self(), Channel.wrap(@message))
      receive do: (message -> Channel.handle_message(message, fn inner -> inner end))
    end
  end

  defp fun(:send, :text_map, _message) do
    fn ->
      send(self(), TextMap.wrap(@message))
      receive do: (message -> TextMap.handle(message, fn inner -> inner end))
    end
  end

  defp sampled?(message) when Glassine.is_sampled(message), do: true
  defp sampled?(_message), do: false

  defp otp, do: System.otp_release()

  defp cpu do
    with {:ok, text} <- File.read("/proc/cpuinfo"),
         [_, name] <- Regex.run(~r/model name\s*: (.*)/, text) do
      name
    else
      _unknown -> to_string(:erlang.system_info(:system_architecture))
    end
  end
end

Bench.run()

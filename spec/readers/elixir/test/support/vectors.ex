defmodule Glassine.Test.Vectors do
  # What this library makes of a vector, beside what is expected: spec/vectors/README.md.

  alias Glassine.{Context, FanOut, Frame, Reading, Share, Text, Traceparent}

  @directory Path.expand("../../../../vectors", __DIR__)

  def paths do
    Path.wildcard(Path.join(@directory, "*.json")) -- [Path.join(@directory, "schema.json")]
  end

  def load(path), do: path |> File.read!() |> :jiffy.decode([:return_maps, :use_nil])

  def run("read", vector) do
    module = %{"binary" => Frame, "text" => Text}[vector["form"]]
    message = unhex(vector["message"])
    options = if cap = vector["cap"], do: [cap: cap], else: []
    mixed = module.read(message, options)
    actual = reading(mixed)
    at = mixed.payload_offset

    [
      {"keys", Enum.sort(Map.keys(vector["reading"])), Enum.sort(Map.keys(actual))},
      {"payload", binary_part(message, at, byte_size(message) - at), mixed.payload}
    ] ++
      for({key, expected} <- vector["reading"], do: {key, expected, actual[key]}) ++
      for mode <- [:closed, :always] do
        {mode, vector[Atom.to_string(mode)], strict(module, message, mode, options, mixed)}
      end
  end

  def run("stream", vector) do
    message = unhex(vector["message"])

    for %{"arrived" => arrived, "answer" => expected} <- vector["answers"] do
      actual =
        case Frame.read_prefix(binary_part(message, 0, arrived)) do
          {:incomplete, needs} -> %{"incomplete" => needs}
          read -> Map.take(reading(read), ["verdict", "fault", "payload_offset"])
        end

      {arrived, expected, actual}
    end
  end

  def run("reparent", vector) do
    <<span_id::64>> = unhex(vector["span_id"])
    result = Frame.reparent(unhex(vector["message"]), span_id)
    [{"result", vector["result"], changed(result)}]
  end

  def run("write", %{"write" => write} = vector) do
    context =
      case write["context"] do
        nil -> nil
        "unsampled" -> :unsampled
        described -> context_of(described)
      end

    fields = for field <- write["fields"], do: {field["type"], unhex(field["value"])}

    result =
      case Frame.write(context, fields, unhex(write["payload"])) do
        {:ok, message} -> hex(message)
        {:error, %Glassine.EncodeError{}} -> nil
      end

    [{"result", vector["result"], result}]
  end

  def run("traceparent", vector) do
    actual =
      case Traceparent.read(vector["text"]) do
        {:ok, read} -> %{"reading" => context(read), "written" => Traceparent.write(read)}
        {:error, fault} -> %{"fault" => fault(fault)}
      end

    for key <- ["reading", "written", "fault"], do: {key, vector[key], actual[key]}
  end

  def run("share", vector) do
    <<trace_id::128>> = unhex(vector["trace_id"])

    [
      {"hash", vector["hash"], hex(<<Share.hash(trace_id)::64>>)},
      {"within", vector["within"], Share.contains?(trace_id, vector["millionths"])}
    ]
  end

  def run("fan_out", %{"weight" => weight, "one_in" => one_in} = vector) do
    <<trace_id::128>> = unhex(vector["trace_id"])
    name = unhex(vector["recipient"])

    [
      {"hash", vector["hash"], hex(<<FanOut.hash(trace_id, weight, name)::64>>)},
      {"selected", vector["selected"], FanOut.chosen?(trace_id, weight, name, one_in)}
    ]
  end

  def run("rate", vector) do
    [{"one_in", vector["one_in"], FanOut.one_in(vector["recipients"])}]
  end

  def strict(module, message, mode, options, mixed) do
    case module.read_strict(message, mode, options) do
      {:ok, ^mixed} -> "as mixed"
      {:ok, other} -> other
      {:error, fault} -> fault(fault)
    end
  end

  def reading(read) do
    context = Reading.context(read)
    flags = Reading.trace_flags(read)

    %{
      "verdict" => Atom.to_string(read.verdict),
      "version" => read.version,
      "fault" => fault(read.fault),
      "sampled" => Reading.sampled?(read),
      "decision" => if(decision = Reading.decision(read), do: Atom.to_string(decision)),
      "trace_flags" => flags && hex(<<flags>>),
      "trace_id" => context && context(context)["trace_id"],
      "span_id" => context && context(context)["span_id"],
      "tracestate" => Reading.tracestate(read),
      "baggage" => Reading.baggage(read),
      "text_map" =>
        for({key, value} <- Reading.text_map(read), do: %{"key" => key, "value" => value}),
      "fan_out_weight" => Reading.weight(read),
      "thinning" => Reading.thinning(read),
      "further_contexts" => Enum.map(Reading.further_contexts(read), &context/1),
      "fields" =>
        for {type, value, offset} <- Reading.fields(read) do
          %{"type" => type, "value" => hex(value), "offset" => offset}
        end,
      "carrier_faults" => Enum.map(Reading.carrier_faults(read), &fault/1),
      "payload_offset" => read.payload_offset,
      "payload_len" => byte_size(read.payload)
    }
  end

  def fault(nil), do: nil
  def fault({kind, offset}), do: %{"kind" => Atom.to_string(kind), "offset" => offset}

  def context(%Context{trace_id: trace_id, span_id: span_id, flags: flags}) do
    %{
      "trace_id" => hex(<<trace_id::128>>),
      "span_id" => hex(<<span_id::64>>),
      "trace_flags" => hex(<<flags>>)
    }
  end

  defp context_of(described) do
    <<trace_id::128>> = unhex(described["trace_id"])
    <<span_id::64>> = unhex(described["span_id"])
    <<flags>> = unhex(described["trace_flags"])
    %Context{trace_id: trace_id, span_id: span_id, flags: flags}
  end

  def changed({:ok, message}), do: hex(message)
  def changed(:unchanged), do: nil

  def hex(bytes), do: Base.encode16(bytes, case: :lower)
  def unhex(text), do: Base.decode16!(text, case: :lower)
end

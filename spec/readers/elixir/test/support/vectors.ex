defmodule Glassine.Test.Vectors do
  # What this library answers to what a vector asks: spec/vectors/README.md.

  alias Glassine.{Context, EncodeError, FanOut, Field, Frame, Members, Origin, Reading}
  alias Glassine.{Share, Shorten, Text, Traceparent}

  @directory Path.expand("../../../../vectors", __DIR__)

  def paths do
    Path.wildcard(Path.join(@directory, "*.{json,jsonl}")) --
      [Path.join(@directory, "schema.json")]
  end

  @doc "The vectors of a file, each with its kind."
  def load(path) do
    text = File.read!(path)

    if Path.extname(path) == ".jsonl" do
      for line <- String.split(text, "\n", trim: true), do: generated(decode(line))
    else
      %{"kind" => kind, "vectors" => vectors} = decode(text)
      for vector <- vectors, do: Map.put(vector, "kind", kind)
    end
  end

  def decode(text), do: :jiffy.decode(text, [:return_maps, :use_nil])
  def encode(term), do: :jiffy.encode(term, [:use_nil])

  @doc "What is expected and what is answered, where they differ."
  def differences(%{"kind" => "read"} = vector) do
    %{"payload_offset" => at} = reading = vector["reading"]
    <<_::binary-size(at), payload::binary>> = unhex(vector["message"])

    reading
    |> Map.merge(Map.take(vector, ["closed", "always"]))
    |> Map.put("payload", hex(payload))
    |> differ(answer("read", vector))
  end

  def differences(%{"kind" => "stream", "answers" => steps} = vector) do
    asked = Map.put(vector, "arrived", for(step <- steps, do: step["arrived"]))
    differ(%{"answers" => for(step <- steps, do: step["answer"])}, answer("stream", asked))
  end

  def differences(%{"kind" => kind} = vector) do
    answer = answer(kind, vector)
    differ(Map.new(answer, fn {key, _} -> {key, vector[key]} end), answer)
  end

  defp differ(expected, answer) do
    for key <- Enum.uniq(Map.keys(expected) ++ Map.keys(answer)),
        expected[key] != answer[key] do
      "#{key}: expected #{inspect(expected[key])}, answered #{inspect(answer[key])}"
    end
  end

  # Generated readings leave out what says nothing.
  defp generated(%{"kind" => "read", "reading" => reading} = vector) do
    nothing = Map.merge(reading(Frame.read("")), %{"payload_offset" => 0, "payload_len" => 0})

    Map.merge(%{"closed" => "as mixed", "always" => "as mixed"}, vector)
    |> Map.put("reading", Map.merge(nothing, reading))
  end

  defp generated(vector), do: vector

  @doc "The answer to a question of a kind."
  def answer("read", asked) do
    module = form(asked["form"])
    message = unhex(asked["message"])
    options = if cap = asked["cap"], do: [cap: cap], else: []
    mixed = module.read(message, options)

    Map.merge(reading(mixed), %{
      "payload" => hex(mixed.payload),
      "closed" => strict(module, message, :closed, options, mixed),
      "always" => strict(module, message, :always, options, mixed)
    })
  end

  def answer("stream", asked) do
    message = unhex(asked["message"])

    answers =
      for arrived <- asked["arrived"] do
        case Frame.read_prefix(binary_part(message, 0, arrived)) do
          {:incomplete, needs} -> %{"incomplete" => needs}
          read -> Map.take(reading(read), ["verdict", "fault", "payload_offset"])
        end
      end

    %{"answers" => answers}
  end

  def answer("reparent", asked), do: %{"result" => reparented(Frame, asked)}
  def answer("reparent_text", asked), do: %{"result" => reparented(Text, asked)}
  def answer("write", %{"write" => write}), do: %{"result" => written(Frame, write)}

  def answer("send", %{"sending" => "on", "write" => write} = asked) do
    %{"result" => written(form(asked["channel"]), write)}
  end

  def answer("send", %{"write" => write}), do: %{"result" => write["payload"]}

  def answer("shorten", %{"shorten" => asked}) do
    room = asked["carrier_bytes"] - if(asked["has_ids"], do: 24, else: 0)
    %{"result" => described(Shorten.shorten(fields(asked["fields"]), room))}
  end

  def answer("traceparent", asked) do
    case Traceparent.read(asked["text"]) do
      {:ok, read} ->
        %{"reading" => context(read), "written" => Traceparent.write(read), "fault" => nil}

      {:error, fault} ->
        %{"reading" => nil, "written" => nil, "fault" => fault(fault)}
    end
  end

  def answer("members", %{"list" => "tracestate", "text" => text}) do
    members = Members.tracestate(unhex(text))
    %{"members" => for({key, value} <- members, do: %{"key" => key, "value" => value})}
  end

  def answer("members", %{"list" => "baggage", "text" => text}) do
    members =
      for {key, value, properties} <- Members.baggage(unhex(text)) do
        %{"key" => key, "value" => value, "properties" => properties}
      end

    %{"members" => members}
  end

  def answer("mask", asked) do
    context = says(asked["context"])
    masked = Traceparent.write(context, :sampled)
    %{"written" => Traceparent.write(context), "masked" => masked}
  end

  def answer("share", asked) do
    <<trace_id::128>> = unhex(asked["trace_id"])

    %{
      "hash" => hex(<<Share.hash(trace_id)::64>>),
      "within" => Share.contains?(trace_id, asked["millionths"])
    }
  end

  def answer("fan_out", %{"weight" => weight, "one_in" => one_in} = asked) do
    <<trace_id::128>> = unhex(asked["trace_id"])
    name = unhex(asked["recipient"])

    %{
      "hash" => hex(<<FanOut.hash(trace_id, weight, name)::64>>),
      "selected" => FanOut.chosen?(trace_id, weight, name, one_in)
    }
  end

  def answer("rate", asked), do: %{"one_in" => FanOut.one_in(asked["recipients"])}

  def answer("table", asked) do
    table = for point <- asked["points"], do: {point["recipients"], point["one_in"]}
    one_in = if FanOut.table?(table), do: FanOut.one_in(asked["recipients"], table)
    %{"one_in" => one_in}
  end

  def answer("weight", asked) do
    %{"result" => FanOut.nested_weight(asked["weight"], asked["one_in"])}
  end

  # Every process has a name. Who has none takes the frame as it is read.
  def answer("thinned", %{"receiver" => nil} = asked) do
    reading = Frame.read(unhex(asked["message"]))
    %{"decision" => decision(reading), "weight" => Reading.weight(reading)}
  end

  def answer("thinned", asked) do
    reading = Frame.read(unhex(asked["message"]))
    name = unhex(asked["receiver"])
    {_kind, origin} = Origin.judge_reading(reading, fn -> name end, fn _field -> true end)
    left = Frame.read(origin || "")
    %{"decision" => decision(left), "weight" => Reading.weight(left)}
  end

  def answer("thin", asked) do
    fields = if weight = asked["weight"], do: [Field.weight(weight)], else: []
    {:ok, envelope} = Frame.encode(says(asked["context"]), fields)
    one_in = FanOut.one_in(asked["recipients"])
    %{"result" => hex(Origin.thinned(envelope, one_in)) <> asked["payload"]}
  end

  def answer(_kind, _asked), do: %{"unsupported" => true}

  def reading(read) do
    context = Reading.context(read)
    flags = Reading.trace_flags(read)

    %{
      "verdict" => Atom.to_string(read.verdict),
      "version" => read.version,
      "fault" => fault(read.fault),
      "sampled" => Reading.sampled?(read),
      "decision" => decision(read),
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

  def context(%Context{trace_id: trace_id, span_id: span_id, flags: flags}) do
    %{
      "trace_id" => hex(<<trace_id::128>>),
      "span_id" => hex(<<span_id::64>>),
      "trace_flags" => hex(<<flags>>)
    }
  end

  def hex(bytes), do: Base.encode16(bytes, case: :lower)
  def unhex(text), do: Base.decode16!(text, case: :lower)

  defp form("binary"), do: Frame
  defp form("text"), do: Text

  defp strict(module, message, mode, options, mixed) do
    case module.read_strict(message, mode, options) do
      {:ok, ^mixed} -> "as mixed"
      {:ok, other} -> reading(other)
      {:error, fault} -> fault(fault)
    end
  end

  defp decision(read), do: if(decision = Reading.decision(read), do: Atom.to_string(decision))

  defp fault(nil), do: nil
  defp fault({kind, offset}), do: %{"kind" => Atom.to_string(kind), "offset" => offset}

  defp reparented(module, asked) do
    <<span_id::64>> = unhex(asked["span_id"])

    case module.reparent(unhex(asked["message"]), span_id) do
      {:ok, message} -> hex(message)
      :unchanged -> nil
    end
  end

  defp written(module, write) do
    payload = unhex(write["payload"])

    case module.write(says(write["context"]), fields(write["fields"]), payload) do
      {:ok, message} -> hex(message)
      {:error, %EncodeError{}} -> nil
    end
  end

  defp says(nil), do: nil
  defp says("unsampled"), do: :unsampled

  defp says(described) do
    <<trace_id::128>> = unhex(described["trace_id"])
    <<span_id::64>> = unhex(described["span_id"])
    <<flags>> = unhex(described["trace_flags"])
    %Context{trace_id: trace_id, span_id: span_id, flags: flags}
  end

  defp fields(described), do: for(field <- described, do: {field["type"], unhex(field["value"])})

  def described(fields) do
    for {type, value} <- fields, do: %{"type" => type, "value" => hex(value)}
  end
end

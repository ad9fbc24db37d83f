defmodule Glassine.PropertiesTest do
  # For every input, by PropEr; and for thousands of inputs, what the other implementations say of
  # them: the Rust tool, whose path GLASSINE_CLI has, and the Python reader.
  use ExUnit.Case, async: true

  import Bitwise

  alias Glassine.{Context, Field, Frame, Origin, Reading, Text, Traceparent}
  alias Glassine.Test.{Handled, Vectors}

  require Glassine

  setup_all do
    Handled.set_rollout(:on)
  end

  defp for_all(type, count \\ 3_000, property) do
    assert :proper.quickcheck(:proper.forall(type, property), [:quiet, numtests: count]),
           "counterexample: #{inspect(:proper.counterexample(), limit: :infinity)}"
  end

  defp bind(type, fun), do: :proper_types.bind(type, fun, false)

  # Bytes that are frames, nearly frames, and no frames.
  defp message do
    :proper_types.oneof([
      :proper_types.binary(),
      bind(:proper_types.binary(), &("~glassine;" <> &1)),
      bind(:proper_types.binary(), &<<0x9E, 1, 0xC1, 0xDE, &1::binary>>),
      bind({seed(), :proper_types.integer(0, 400)}, fn {seed, _size} -> nearly(seed) end)
    ])
  end

  defp seed, do: :proper_types.integer(0, 1 <<< 58)

  # A frame of which one thing may be wrong.
  defp nearly(seed) do
    state = :rand.seed_s(:exsss, seed)
    {message, _state} = random_message(state)
    message
  end

  test "every binary is some message, and its payload is its end" do
    for_all(message(), fn bytes ->
      for read <- [Frame.read(bytes), Text.read(bytes), Frame.read(bytes, cap: 0)] do
        Vectors.reading(read)
        at = read.payload_offset
        true = binary_part(bytes, at, byte_size(bytes) - at) == read.payload
      end

      for module <- [Frame, Text], mode <- [:closed, :always] do
        {kind, _} = module.read_strict(bytes, mode)
        true = kind in [:ok, :error]
      end

      Traceparent.sampled?(bytes)
      {kind, _} = Traceparent.read(bytes)
      kind in [:ok, :error]
    end)
  end

  test "what has arrived of a message is read as the whole will be, or waits" do
    for_all(message(), 500, fn bytes ->
      whole = Frame.read(bytes)

      Enum.all?(0..byte_size(bytes), fn arrived ->
        case Frame.read_prefix(binary_part(bytes, 0, arrived)) do
          {:incomplete, needs} ->
            needs > arrived

          read ->
            {read.verdict, read.fault, read.payload_offset, read.carrier} ==
              {whole.verdict, whole.fault, whole.payload_offset, whole.carrier}
        end
      end)
    end)
  end

  test "a payload comes out as it went in, and so does what was said" do
    for_all({seed(), :proper_types.oneof([:proper_types.binary(), message()])}, fn {seed, payload} ->
      {{says, fields}, _state} = random_description(:rand.seed_s(:exsss, seed))
      {:ok, written} = Frame.write(says, fields, payload)
      read = Frame.read(written, cap: 65_535)
      sorted = Enum.sort_by(fields, &elem(&1, 0))
      context = if is_struct(says), do: says

      read.payload == payload and Reading.counting_fields(read) == sorted and
        Reading.context(read) == context
    end)
  end

  test "re-parenting changes the span alone, and again changes nothing" do
    for_all({seed(), :proper_types.integer(1, 1 <<< 60)}, fn {seed, span_id} ->
      message = nearly(seed)

      case Frame.reparent(message, span_id) do
        :unchanged ->
          Reading.context(Frame.read(message)) == nil

        {:ok, changed} ->
          before = Reading.context(Frame.read(message))
          read = Frame.read(changed)

          Reading.context(read) == %{before | span_id: span_id} and
            Frame.reparent(changed, span_id) == {:ok, changed} and
            read.payload == Frame.read(message).payload and Reading.carrier_faults(read) == []
      end
    end)
  end

  test "every term comes out as it went in, whatever the envelope" do
    context = %Context{trace_id: 1, span_id: 2, flags: 1}

    for_all({:proper_types.any(), message()}, fn {term, bytes} ->
      bare = Handled.wrap(term)
      sampled = Handled.with_context(context, fn -> Handled.wrap(term) end)
      tagged = {:"$glassine", bytes, term}
      handled = Handled.handle_message(tagged, & &1)

      # What is not ours is not touched; of what is ours, the message is what stands in it.
      expected = if Glassine.is_traced(tagged), do: term, else: tagged

      Handled.handle_message(bare, & &1) == term and Handled.handle_message(sampled, & &1) == term and
        Handled.handle_message(Handled.wrap(tagged), & &1) == tagged and
        handled == expected and Glassine.context() == nil
    end)
  end

  test "the usual envelopes, which have a way of their own, are judged like all others" do
    for_all({seed(), :proper_types.binary()}, fn {seed, name} ->
      {{says, fields}, state} = random_description(:rand.seed_s(:exsss, seed))
      {one_in, _state} = pick([1, 2, 3, 1_000], state)
      {:ok, bare} = Frame.encode(says, [])

      {:ok, thinned} =
        Frame.encode(%Context{trace_id: seed + 1, span_id: 7, flags: 3}, [{6, <<one_in::32>>}])

      {:ok, other} = Frame.encode(says, fields)

      Enum.all?([bare, thinned, other], fn envelope ->
        generally = Origin.judge_reading(Frame.read(envelope), fn -> name end, fn _ -> true end)
        Origin.judge(envelope, fn -> name end) == generally
      end)
    end)
  end

  test "a property that does not hold is noticed" do
    refute :proper.quickcheck(
             :proper.forall(message(), &(Frame.read(&1).verdict != :damaged)),
             [:quiet, numtests: 3_000]
           )
  end

  describe "the other implementations agree about" do
    # n = 4,000 of each, seed 20.
    @count 4_000

    setup do
      path = Path.join(System.tmp_dir!(), "glassine-#{System.unique_integer([:positive])}.json")
      on_exit(fn -> File.rm(path) end)
      %{path: path}
    end

    test "what is read of binary messages", %{path: path} do
      vectors = agree(path, "read", &read_vector("binary", &1))

      # They come across everything that there is to see.
      assert kinds(vectors) == ~w(carrier_above_cap carrier_past_end carrier_too_short
               field_past_end flags_without_decision ids_without_decision malformed_field
               misplaced_field repeated_field reserved_bits sampled_without_ids too_many_fields
               truncated_header unknown_shape zero_span_id zero_trace_id)
    end

    test "what is read of text messages", %{path: path} do
      vectors = agree(path, "read", &read_vector("text", &1))

      assert for("text_" <> kind <- kinds(vectors), do: kind) ==
               ~w(alphabet carrier_length length not_a_frame unterminated unused_bits)
    end

    test "what is written", %{path: path} do
      agree(path, "write", fn state ->
        {{says, fields}, state} = random_description(state)
        {fields, state} = spoil(fields, state)
        {payload, state} = random_payload(state)

        described = %{
          "context" =>
            case says do
              nil -> nil
              :unsampled -> "unsampled"
              context -> Vectors.context(context)
            end,
          "fields" => Vectors.described(fields),
          "payload" => Vectors.hex(payload)
        }

        {%{"write" => described}, state}
      end)
    end

    test "what re-parenting makes", %{path: path} do
      agree(path, "reparent", fn state ->
        {message, state} = random_message(state)
        {span_id, state} = pick([0, 1, 0xF067AA0BA902B7], state)
        {%{"message" => Vectors.hex(message), "span_id" => Vectors.hex(<<span_id::64>>)}, state}
      end)
    end

    test "who is chosen by a fan-out", %{path: path} do
      agree(path, "fan_out", fn state ->
        {trace_id, state} = bytes(16, state)
        {size, state} = uniform(80, state)
        {name, state} = bytes(size, state)
        {weight, state} = pick([nil, 1, 10, 0xFFFFFFFF], state)
        {one_in, state} = pick([1, 2, 10, 1_000], state)

        {%{
           "trace_id" => Vectors.hex(trace_id),
           "weight" => weight,
           "recipient" => Vectors.hex(name),
           "one_in" => one_in
         }, state}
      end)
    end

    test "how many that are, of how many recipients", %{path: path} do
      agree(path, "rate", fn state ->
        {recipients, state} = uniform(20_000, state)
        {%{"recipients" => recipients}, state}
      end)
    end

    test "nothing that is wrong", %{path: path} do
      wrong = %{"recipients" => 100, "one_in" => 11}
      write(path, "rate", [wrong])

      for {tool, arguments} <- tools(),
          do: assert({_text, 1} = System.cmd(tool, arguments ++ [path]))
    end
  end

  defp agree(path, kind, make) do
    {asked, _state} =
      Enum.map_reduce(1..@count, :rand.seed_s(:exsss, 20), fn _, s -> make.(s) end)

    vectors = for question <- asked, do: Map.merge(question, answer(kind, question))
    write(path, kind, vectors)

    for {tool, arguments} <- tools() do
      {text, status} = System.cmd(tool, arguments ++ [path])

      assert {Path.basename(tool), status, String.slice(text, 0, 2_000)} ==
               {Path.basename(tool), 0, "#{@count} vectors: #{@count} passed, 0 failed\n"}
    end

    vectors
  end

  defp answer("read", question) do
    {strict, reading} = Map.split(Vectors.answer("read", question), ["closed", "always"])
    Map.put(strict, "reading", Map.delete(reading, "payload"))
  end

  defp answer(kind, question), do: Vectors.answer(kind, question)

  # The faults that are in some of the readings.
  defp kinds(vectors) do
    faults =
      for %{"reading" => r} <- vectors, fault <- [r["fault"] | r["carrier_faults"]], do: fault

    for(%{"kind" => kind} <- faults, do: kind) |> Enum.uniq() |> Enum.sort()
  end

  defp write(path, kind, vectors) do
    named =
      for {vector, at} <- Enum.with_index(vectors) do
        Map.merge(vector, %{
          "name" => "v#{at}",
          "shows" => "generated",
          "requirements" => ["R-READ-1"]
        })
      end

    document = %{
      "$schema" => "schema.json",
      "kind" => kind,
      "about" => "generated",
      "vectors" => named
    }

    File.write!(path, Vectors.encode(document))
  end

  defp tools do
    check = Path.expand("../../python/check.py", __DIR__)
    rust = System.get_env("GLASSINE_CLI")

    [{System.find_executable("python3") || flunk("python3 is needed"), [check]}] ++
      if rust in [nil, ""], do: [], else: [{rust, ["vectors"]}]
  end

  defp read_vector(form, state) do
    {message, state} = random_message(state)
    {message, state} = if form == "text", do: textual(message, state), else: {message, state}
    {cap, state} = pick([16_384, 16_384, 24, 0, 65_535], state)
    {%{"form" => form, "message" => Vectors.hex(message), "cap" => cap}, state}
  end

  # A frame, written or put together, of which a few bytes or bits may be changed or missing.
  defp random_message(state) do
    {{says, fields}, state} = random_description(state)
    {fields, state} = spoil(fields, state)
    {payload, state} = random_payload(state)

    message =
      case Frame.write(says, fields, payload) do
        {:ok, message} -> message
        {:error, _refused} -> by_hand(says, fields) <> payload
      end

    {changes, state} = pick([0, 0, 1, 1, 2], state)
    Enum.reduce(List.duplicate(1, changes), {message, state}, fn _, {m, s} -> change(m, s) end)
  end

  # Fields that a writer refuses, for readers to judge.
  defp by_hand(says, fields) do
    carrier =
      for {type, value} <- fields, into: "", do: <<type, byte_size(value)::16, value::binary>>

    case says do
      %Context{} = context ->
        ids = <<context.trace_id::128, context.span_id::64>>
        n = byte_size(carrier) + 24
        <<0x9E, 1, 0xC1, 0xDE, context.flags, 3, n::16, ids::binary, carrier::binary>>

      :unsampled ->
        <<0x9E, 1, 0xC1, 0xDE, 0, 1, byte_size(carrier)::16, carrier::binary>>

      nil ->
        <<0x9E, 1, 0xC1, 0xDE, 0, 0, byte_size(carrier)::16, carrier::binary>>
    end
  end

  defp change("", state), do: {"", state}

  defp change(message, state) do
    {within, state} = pick([8, 60], state)
    {at, state} = uniform(min(byte_size(message), within), state)
    at = at - 1
    <<before::binary-size(at), byte, rest::binary>> = message
    {bit, state} = uniform(8, state)
    {other, state} = pick([0, 1, 2, 3, 7, 24, 0xFF, byte], state)

    pick(
      [
        <<before::binary, bxor(byte, 1 <<< (bit - 1)), rest::binary>>,
        <<before::binary, other, rest::binary>>,
        before,
        <<before::binary, rest::binary>>,
        without_id(message)
      ],
      state
    )
  end

  defp without_id(
         <<header::binary-size(8), trace_id::binary-size(16), span_id::64, rest::binary>>
       ) do
    if rem(span_id, 2) == 1,
      do: <<header::binary, 0::128, span_id::64, rest::binary>>,
      else: <<header::binary, trace_id::binary, 0::64, rest::binary>>
  end

  defp without_id(message), do: message

  # The text form of a message's front, of which a character may be changed.
  defp textual(message, state) do
    {cut, state} = uniform(byte_size(message) + 1, state)
    read = Frame.read(message)
    at = if read.payload_offset > 0, do: read.payload_offset, else: cut - 1
    <<front::binary-size(at), payload::binary>> = message
    text = "~glassine;" <> Base.url_encode64(front, padding: false) <> ";" <> payload
    {changed?, state} = pick([false, false, true], state)
    if changed?, do: change(text, state), else: {text, state}
  end

  defp random_description(state) do
    {trace_id, state} = uniform(0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF, state)
    {span_id, state} = uniform(0xFFFFFFFFFFFFFFFF, state)
    {flags, state} = pick([0, 1, 2, 3, 0xFF], state)
    context = %Context{trace_id: trace_id, span_id: span_id, flags: flags}
    {says, state} = pick([context, context, :unsampled, nil], state)
    {size, state} = uniform(40, state)
    {value, state} = bytes(size, state)

    own =
      case says do
        %Context{flags: flags} when (flags &&& 1) == 1 ->
          [Field.tracestate("a=1,b=2"), Field.weight(flags * 7), Field.thinning(99)]

        %Context{} ->
          [Field.tracestate("a=1")]

        _none ->
          []
      end

    all =
      own ++
        [
          Field.baggage("user=7;p=q,k=v"),
          Field.text_map("b3", "0"),
          Field.text_map("X-Own", "ü"),
          Field.further(context),
          Field.further(%{context | flags: 0}),
          {0x2A, value},
          {0xCA, value}
        ]

    {fields, state} =
      Enum.flat_map_reduce(all, state, fn field, state ->
        {keep?, state} = pick([true, false, false], state)
        {if(keep?, do: [field], else: []), state}
      end)

    {{says, fields}, state}
  end

  # Sometimes with a field that does not count.
  defp spoil(fields, state) do
    {more, state} =
      pick(
        [
          [],
          [],
          [],
          [{0, ""}],
          [{1, "a=1"}, {1, "b=2"}],
          [{2, ""}],
          [{2, "a=\n"}],
          [{3, <<2, "B3", "x">>}, {3, <<2, "b3">>}],
          [{3, <<9, "b3">>}],
          [{3, <<7, "Baggage", "a=1">>}],
          [{3, <<1, "k", 0xED, 0xA0, 0x80>>}],
          [{4, <<0::32>>}],
          [{4, <<1::32>>}],
          [{4, <<1>>}],
          [{5, <<0::128, 1::64, 1>>}],
          [{6, <<5::32>>}, {6, <<6::32>>}],
          List.duplicate({0x60, ""}, 128)
        ],
        state
      )

    {fields ++ more, state}
  end

  defp random_payload(state) do
    {size, state} = pick([0, 1, 5, 70], state)
    {payload, state} = bytes(size, state)
    pick([payload, payload, <<0x9E, payload::binary>>, "~glassine;" <> payload], state)
  end

  defp pick(list, state) do
    {at, state} = uniform(length(list), state)
    {Enum.at(list, at - 1), state}
  end

  defp uniform(n, state), do: :rand.uniform_s(n, state)
  defp bytes(n, state), do: :rand.bytes_s(n, state)
end

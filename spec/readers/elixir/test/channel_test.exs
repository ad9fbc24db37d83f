defmodule Glassine.ChannelTest do
  use ExUnit.Case, async: true

  alias Glassine.{Context, Field, Frame, Reading}
  alias Glassine.Test.Edge

  require Edge

  Edge.channel(Plain)
  Edge.channel(Marking, unsampled: :marker)
  Edge.channel(Sharing)
  Edge.channel(Switched)
  Edge.channel(Early)
  Edge.channel(Counted)

  setup_all do
    Plain.set_rollout(:on)
    Marking.set_rollout(:on)
  end

  @sampled Edge.context(1)
  @unsampled Edge.context(0)

  defp sent(channel, context, fun \\ nil) do
    channel.with_context(context, fun || fn -> channel.wrap(:hello) end)
  end

  # An envelope with these fields, beside :hello.
  defp enveloped(says, fields) do
    {:ok, envelope} = Frame.encode(says, fields)
    {:"$glassine", envelope, :hello}
  end

  defp reading({:"$glassine", envelope, :hello}), do: Frame.read(envelope)

  describe "wrap/1" do
    test "a sampled context goes along, in the bytes of the specification" do
      assert sent(Plain, @sampled) ==
               {:"$glassine",
                <<0x9E, 1, 0xC1, 0xDE, 1, 3, 0, 24, @sampled.trace_id::128,
                  @sampled.span_id::64>>, :hello}
    end

    test "nothing to say is bare, the same term" do
      assert Plain.wrap(:hello) == :hello
      assert sent(Plain, @unsampled) == :hello
    end

    test "a channel that marks says that no trace is to start" do
      assert sent(Marking, @unsampled) ==
               {:"$glassine", <<0x9E, 1, 0xC1, 0xDE, 0, 1, 0, 0>>, :hello}

      assert Marking.wrap(:hello) == :hello
    end

    test "what looks enveloped is escaped, and comes out as it was" do
      inner = sent(Plain, @sampled)
      assert {:"$glassine", <<0x9E, 1, 0xC1, 0xDE, 0::32>>, ^inner} = wrapped = Plain.wrap(inner)
      assert Plain.handle_message(wrapped, &{&1, Glassine.context()}) == {inner, nil}

      # A layer for each wrap.
      twice = sent(Plain, @sampled, fn -> Plain.wrap(inner) end)
      assert Plain.handle_message(twice, & &1) == inner
    end

    test "a tag without a prefix needs no escape" do
      term = {:"$glassine", "something", :else}
      assert Plain.wrap(term) == term
      assert Plain.handle_message(term, & &1) == term
    end
  end

  describe "the switch" do
    test "begins with off, and is moved while the program runs" do
      looks_enveloped = sent(Plain, @sampled)
      assert Switched.rollout() == :off
      assert sent(Switched, @sampled) == :hello

      for {position, traced?} <- [
            receive_only: false,
            on: true,
            off: false,
            on: true,
            receive_only: false
          ] do
        Switched.set_rollout(position)
        assert Switched.rollout() == position
        assert sent(Switched, @sampled) != :hello == traced?
        # O-WRITE-2
        assert Switched.wrap(looks_enveloped) != looks_enveloped == traced?
      end
    end

    test "an early sender loses its context, not its message" do
      Early.set_rollout(:off)
      message = sent(Plain, @sampled)
      assert Early.handle_message(message, &{&1, Glassine.context()}) == {:hello, nil}
      assert Early.counters().while_off == 1

      Early.set_rollout(:receive_only)
      assert Early.handle_message(message, &{&1, Glassine.context()}) == {:hello, @sampled}
    end

    # n = 20,000 traces with the seed below, 10 %: 2,000 ± 5 σ, σ = √(n · p · (1 − p)) = 42.4.
    test "a share of all traces is sent, each as a whole" do
      Sharing.set_rollout({:share, 100_000})
      assert Sharing.rollout() == {:share, 100_000}
      :rand.seed(:exsss, {1, 2, 3})

      sent =
        Enum.count(1..20_000, fn _ ->
          trace_id = :rand.uniform(0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF)
          context = %Context{trace_id: trace_id, span_id: 1, flags: 1}
          message = sent(Sharing, context)
          # Every message of the trace, whatever its span.
          assert sent(Sharing, %{context | span_id: 2}) == :hello == (message == :hello)
          assert message != :hello == Glassine.Share.contains?(trace_id, 100_000)
          message != :hello
        end)

      assert_in_delta sent, 2_000, 212
    end

    test "a position that does not exist is refused in words" do
      assert_raise ArgumentError, ~r/a rollout is .* not :maybe/, fn ->
        Switched.set_rollout(:maybe)
      end

      assert_raise ArgumentError, ~r/1000001/, fn ->
        Switched.set_rollout({:share, 1_000_001})
      end
    end
  end

  describe "handle_message/2" do
    test "the context is current while the function runs, and not after" do
      message = sent(Plain, @sampled)
      assert Plain.handle_message(message, &{&1, Glassine.context()}) == {:hello, @sampled}
      assert Glassine.context() == nil
    end

    test "exceptions, throws and exits leave nothing behind" do
      message = sent(Plain, @sampled)

      for fail <- [fn _ -> raise "no" end, fn _ -> throw(:no) end, fn _ -> exit(:no) end] do
        try do
          Plain.handle_message(message, fail)
          flunk("it fails")
        catch
          _kind, _reason -> :ok
        end

        assert Process.get() |> Keyword.keys() |> Enum.filter(&(&1 == :"$glassine")) == []
      end
    end

    test "within another message, the other's context comes back" do
      outer = sent(Plain, @sampled)
      inner = sent(Plain, %{@sampled | span_id: 7})

      Plain.handle_message(outer, fn _ ->
        assert Plain.handle_message(inner, fn _ -> Glassine.context().span_id end) == 7
        assert Glassine.context() == @sampled
      end)
    end

    test "what is sent while it runs carries the context on, with its fields" do
      fields = [Field.tracestate("a=1"), Field.baggage("user=7"), Field.weight(10)]
      message = enveloped(@sampled, fields)
      assert Plain.handle_message(message, fn _ -> Plain.wrap(:hello) end) == message
      assert Plain.handle_message(message, fn _ -> Glassine.weight() end) == 10
      assert Plain.handle_message(message, fn _ -> Glassine.fields() end) == fields
    end

    test "baggage goes on without a decision for the trace, and what belongs to a trace does not" do
      fields = [Field.tracestate("a=1"), Field.baggage("user=7"), {0x85, "x"}, {0x20, "y"}]
      message = enveloped(@unsampled, fields)
      kept = [Field.baggage("user=7"), {0x85, "x"}]

      going_on = reading(Plain.handle_message(message, fn _ -> Plain.wrap(:hello) end))
      assert {Reading.decision(going_on), Reading.counting_fields(going_on)} == {nil, kept}

      going_on = reading(Marking.handle_message(message, fn _ -> Marking.wrap(:hello) end))
      assert {Reading.decision(going_on), Reading.counting_fields(going_on)} == {:unsampled, kept}
    end

    test "a decision against the trace holds for what is called and sent" do
      marker = enveloped(:unsampled, [])
      refute Marking.handle_message(marker, fn _ -> Glassine.may_start?() end)
      assert Marking.handle_message(marker, fn _ -> Marking.wrap(:hello) end) == marker
      assert Plain.handle_message(marker, fn _ -> Plain.wrap(:hello) end) == :hello
      assert Glassine.may_start?()
    end

    test "a header that cannot be read costs the context, not the message" do
      Counted.set_rollout(:receive_only)
      {:"$glassine", envelope, :hello} = sent(Plain, @sampled)

      for {damaged, at} <-
            Enum.with_index([
              binary_part(envelope, 0, 7),
              binary_part(envelope, 0, 31),
              envelope <> "x",
              binary_part(envelope, 0, 4)
            ]) do
        message = {:"$glassine", damaged, :hello}
        assert Counted.handle_message(message, &{&1, Glassine.context()}) == {:hello, nil}
        assert Counted.counters().damaged == at + 1
      end
    end

    test "what came is counted by its kind" do
      before = Counted.counters()
      Counted.set_rollout(:on)
      version_2 = <<0x9E, 2, 0xC1, 0xDE, 0, 1, 0, 3, 1, 2, 3>>

      for message <- [
            enveloped(@sampled, []),
            enveloped(@unsampled, []),
            enveloped(:unsampled, []),
            enveloped(nil, []),
            {:"$glassine", version_2, :hello},
            :hello
          ] do
        assert Counted.handle_message(message, & &1) == :hello
      end

      Counted.with_context(@sampled, fn -> Counted.wrap(:hello) end)
      Counted.wrap(enveloped(nil, []))
      now = Counted.counters()

      grown =
        for {kind, count} <- now,
            count > before[kind],
            into: %{},
            do: {kind, count - before[kind]}

      assert grown == %{
               sampled: 1,
               unsampled: 1,
               marker: 1,
               undecided: 1,
               unknown_version: 1,
               sent: 1,
               escaped: 1
             }

      assert Glassine.Counters.event(Counted) ==
               {[:glassine, :counters], now, %{channel: Counted}}
    end

    test "the counts are an event of telemetry" do
      handler = fn name, measurements, metadata, to ->
        send(to, {name, measurements, metadata})
      end

      :telemetry.attach("test", [:glassine, :counters], handler, self())
      assert Glassine.Counters.emit(Switched) == :ok
      assert_received {[:glassine, :counters], %{while_off: 0, damaged: 0}, %{channel: Switched}}
    end

    test "the decision of a version that is not known holds" do
      version_2 = {:"$glassine", <<0x9E, 2, 0xC1, 0xDE, 0, 1, 0, 3, 1, 2, 3>>, :hello}
      refute Plain.handle_message(version_2, fn :hello -> Glassine.may_start?() end)
    end
  end

  defmodule Failing do
    @behaviour Glassine.Tracer

    @impl true
    def current, do: raise("current")

    @impl true
    def attach(%Context{span_id: 1}), do: throw(:attach)
    def attach(_other), do: :token

    @impl true
    def detach(:token), do: exit(:detach)
  end

  Edge.channel(WithFailing, tracer: Failing)

  test "a tracer that fails fails no message" do
    WithFailing.set_rollout(:on)
    assert WithFailing.wrap(:hello) == :hello

    for context <- [@sampled, %{@sampled | span_id: 1}] do
      message = enveloped(context, [])
      assert WithFailing.handle_message(message, &{&1, Glassine.context()}) == {:hello, context}
    end

    assert WithFailing.continue_only() == :ok
    refute Glassine.may_start?()
  end

  describe "bytes" do
    test "leave as a frame and come back, as far as the peer is trusted" do
      frame = IO.iodata_to_binary(sent(Plain, @sampled, fn -> Plain.wrap_bytes("{}") end))
      assert Frame.read(frame).payload == "{}"

      assert Plain.handle_bytes(frame, [trust: :accept], &{&1, Glassine.context()}) ==
               {"{}", @sampled}

      before = Plain.counters().dropped_by_policy
      assert Plain.handle_bytes(frame, [trust: :drop], &{&1, Glassine.context()}) == {"{}", nil}
      assert Plain.counters().dropped_by_policy == before + 1

      assert_raise ArgumentError, ~r/say how far the peer is trusted/, fn ->
        Plain.handle_bytes(frame, [], & &1)
      end
    end

    test "without a context are bare, or escaped" do
      assert Plain.wrap_bytes("{}") == "{}"
      assert sent(Plain, @sampled, fn -> Plain.wrap_bytes("") end) == ""

      assert IO.iodata_to_binary(Plain.wrap_bytes(<<0x9E>>)) ==
               <<0x9E, 1, 0xC1, 0xDE, 0::32, 0x9E>>

      assert Plain.handle_bytes("{}", [trust: :accept], &{&1, Glassine.context()}) == {"{}", nil}
    end

    test "bring baggage only if it is said" do
      {:ok, frame} = Frame.write(@sampled, [Field.baggage("user=7"), Field.weight(3)], "{}")
      fields = fn _ -> Glassine.fields() end
      assert Plain.handle_bytes(frame, [trust: :accept], fields) == [Field.weight(3)]

      assert Plain.handle_bytes(frame, [trust: :accept, fields: :all], fields) ==
               [Field.baggage("user=7"), Field.weight(3)]
    end

    test "that are damaged are delivered whole" do
      damaged = <<0x9E, 1, 0xC1, 0xDE, 0xFF, 0, 0, 0, "{}">>
      assert Plain.handle_bytes(damaged, [trust: :accept], & &1) == damaged
    end
  end
end

defmodule Glassine.OpenTelemetryTest do
  # With opentelemetry_api, and what is tagged with the SDK, where they are on the code path (by
  # ERL_LIBS, say). Otherwise with a stand-in that has the API's functions.
  use ExUnit.Case, async: false

  alias Glassine.{Context, Field, Frame, Reading}
  alias Glassine.Test.WithTracer

  import Bitwise, only: [<<<: 2]

  defmodule Traced do
    use Glassine.Channel, tracer: Glassine.OpenTelemetry, unsampled: :marker
  end

  defmodule Rare do
    use Glassine.Channel, tracer: Glassine.OpenTelemetry, table: [{1, 1 <<< 30}]
  end

  @trace_id 0x4BF92F3577B34DA6A3CE929D0E0E4736
  @context %Context{trace_id: @trace_id, span_id: 0xF067AA0BA902B7, flags: 1}
  @marker <<0x9E, 1, 0xC1, 0xDE, 0, 1, 0, 0>>

  setup_all do
    Traced.set_rollout(:on)
    Rare.set_rollout(:on)
  end

  defp with_span(trace_id, span_id, flags, fun) do
    span = :otel_tracer.from_remote_span(trace_id, span_id, flags)
    token = :otel_ctx.attach(:otel_tracer.set_current_span(:otel_ctx.get_current(), span))

    try do
      fun.()
    after
      :otel_ctx.detach(token)
    end
  end

  defp enveloped(says, fields \\ []) do
    {:ok, envelope} = Frame.encode(says, fields)
    {:"$glassine", envelope, :hello}
  end

  defp current_span do
    case :otel_tracer.current_span_ctx() do
      :undefined -> nil
      span -> {:otel_span.trace_id(span), :otel_span.span_id(span)}
    end
  end

  test "the current span's context goes along, with all its flags" do
    for flags <- [1, 3, 0xFF] do
      message = with_span(@trace_id, 5, flags, fn -> Traced.wrap(:hello) end)
      assert message == enveloped(%Context{trace_id: @trace_id, span_id: 5, flags: flags})
    end
  end

  test "without a span the message is bare, and under an unsampled one no trace is to start" do
    assert Traced.wrap(:hello) == :hello
    assert with_span(@trace_id, 5, 2, fn -> Traced.wrap(:hello) end) == enveloped(:unsampled)
  end

  test "a context is the parent while the message is handled, and not after" do
    Traced.handle_message(enveloped(@context), fn :hello ->
      assert current_span() == {@trace_id, @context.span_id}
      assert Traced.wrap(:hello) == enveloped(@context)
    end)

    assert current_span() == nil

    assert_raise RuntimeError, fn ->
      Traced.handle_message(enveloped(@context), fn :hello -> raise "no" end)
    end

    assert current_span() == nil
  end

  test "what was current before comes back" do
    with_span(7, 8, 1, fn ->
      Traced.handle_message(enveloped(@context), fn :hello -> :ok end)
      assert current_span() == {7, 8}
    end)
  end

  test "a span within the handler is what goes along, with the fields of the trace" do
    fields = [
      Field.tracestate("a=1"),
      Field.baggage("user=7"),
      Field.weight(10),
      Field.further(%{@context | span_id: 1}),
      {0x21, "hop"},
      {0x85, "kept"}
    ]

    Traced.handle_message(enveloped(@context, fields), fn :hello ->
      within = with_span(@trace_id, 9, 1, fn -> Traced.wrap(:hello) end)

      assert within ==
               enveloped(%{@context | span_id: 9}, [
                 Field.tracestate("a=1"),
                 Field.baggage("user=7"),
                 Field.weight(10),
                 {0x85, "kept"}
               ])

      # Another trace has none of them but baggage and the weight, which belong to no trace.
      other = with_span(77, 9, 1, fn -> Traced.wrap(:hello) end)

      assert other ==
               enveloped(%Context{trace_id: 77, span_id: 9, flags: 1}, [
                 Field.baggage("user=7"),
                 Field.weight(10),
                 {0x85, "kept"}
               ])
    end)
  end

  test "a decision against the trace is a parent that is not sampled" do
    for message <- [enveloped(:unsampled), enveloped(%{@context | flags: 0})] do
      Traced.handle_message(message, fn :hello ->
        assert {_trace_id, _span_id} = current_span()
        assert Glassine.OpenTelemetry.current() == :unsampled
        assert {:"$glassine", @marker, :hello} = Traced.wrap(:hello)
      end)

      assert current_span() == nil
    end
  end

  test "a process that only continues has such a parent while it rests" do
    task =
      Task.async(fn ->
        Traced.continue_only()
        assert Glassine.OpenTelemetry.current() == :unsampled

        Traced.handle_message(enveloped(@context), fn :hello ->
          assert Glassine.OpenTelemetry.current() == @context
        end)

        assert Glassine.OpenTelemetry.current() == :unsampled
        resting = :otel_ctx.get_current()
        Traced.continue_only()
        assert :otel_ctx.get_current() == resting
      end)

    Task.await(task)
  end

  test "a receiver that is not chosen is not sampled" do
    copy = with_span(@trace_id, 5, 1, fn -> Rare.wrap_many(:hello, 2) end)
    assert Reading.thinning(Frame.read(elem(copy, 1))) == 1 <<< 30

    Traced.handle_message(copy, fn :hello ->
      assert Glassine.OpenTelemetry.current() == :unsampled
    end)
  end

  test "where the library is not there, messages go bare and are handled" do
    paths = for app <- [:elixir, :glassine], do: :code.lib_dir(app, :ebin)
    args = Enum.flat_map(paths, &[~c"-pa", &1])
    env = [{~c"ERL_LIBS", false}]
    {:ok, peer, _} = :peer.start_link(%{connection: :standard_io, args: args, env: env})
    call = fn function, arguments -> :peer.call(peer, WithTracer, function, arguments) end

    refute :peer.call(peer, Code, :ensure_loaded?, [:otel_tracer])
    call.(:set_rollout, [:on])
    assert call.(:wrap, [:hello]) == :hello
    assert call.(:handle_message, [enveloped(@context), &Function.identity/1]) == :hello
    assert call.(:continue_only, []) == :ok
    :peer.stop(peer)
  end

  defmodule Guild do
    use GenServer
    use Glassine.Server, channel: Glassine.OpenTelemetryTest.Traced

    # Of the SDK, which only the test that is tagged so calls.
    @compile {:no_warn_undefined, [:opentelemetry, :otel_span, :otel_tracer]}

    @impl true
    def init(sessions), do: {:ok, sessions}

    @impl true
    def handle_call(:publish, _from, sessions) do
      span("publish", fn ->
        copy = Traced.wrap_many(:published, length(sessions))
        Enum.each(sessions, &send(&1, copy))
      end)

      {:reply, :ok, sessions}
    end

    def span(name, fun) do
      span = :otel_tracer.start_span(:opentelemetry.get_tracer(:test), name, %{})
      token = :otel_ctx.attach(:otel_tracer.set_current_span(:otel_ctx.get_current(), span))

      try do
        fun.()
      after
        :otel_span.end_span(span)
        :otel_ctx.detach(token)
      end
    end
  end

  defmodule Session do
    use GenServer

    use Glassine.Server,
      channel: Glassine.OpenTelemetryTest.Traced,
      continue_only: true

    @impl true
    def init(n) do
      Glassine.put_name("session #{n}")
      {:ok, nil}
    end

    @impl true
    def handle_info(:published, state) do
      Guild.span("deliver", fn -> :ok end)
      {:noreply, state}
    end

    @impl true
    def handle_call(:done, _from, state), do: {:reply, :done, state}
  end

  @tag :opentelemetry_sdk
  test "the SDK sees one tree, from the edge over a guild to the sessions that were chosen" do
    Application.load(:opentelemetry)

    Application.put_env(:opentelemetry, :processors, [
      {:otel_simple_processor, %{exporter: {:otel_exporter_pid, self()}}}
    ])

    {:ok, _started} = Application.ensure_all_started(:opentelemetry)
    sessions = for n <- 1..1_000, do: elem(GenServer.start_link(Session, n), 1)
    {:ok, guild} = GenServer.start_link(Guild, sessions)

    Guild.span("edge", fn -> Traced.call(guild, :publish) end)
    # Bare: sessions start no trace of their own, while the guild may.
    Enum.each(sessions, &send(&1, :published))
    GenServer.call(guild, :publish)
    Enum.each(sessions, &GenServer.call(&1, :done))

    spans = exported([])
    trees = Enum.group_by(spans, &elem(&1, 1))
    assert map_size(trees) == 2

    for {_trace_id, spans} <- trees do
      named = Enum.group_by(spans, &elem(&1, 6))
      [publish] = named["publish"]
      # One in 100: n = 1,000, mean 10, σ = 3.1; the bound is 5 σ above, and one below.
      assert length(named["deliver"]) in 1..26
      assert Enum.all?(named["deliver"], &(elem(&1, 4) == elem(publish, 2)))

      case named["edge"] do
        nil -> assert elem(publish, 4) == :undefined
        [edge] -> assert elem(publish, 4) == elem(edge, 2)
      end
    end
  end

  defp exported(spans) do
    receive do
      {:span, span} -> exported([span | spans])
    after
      300 -> spans
    end
  end
end

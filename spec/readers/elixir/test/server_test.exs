defmodule Glassine.ServerTest do
  # Handlers: GenServer, :gen_statem and plain receive.
  use ExUnit.Case, async: true

  import Bitwise, only: [<<<: 2]

  alias Glassine.{Context, Current}
  alias Glassine.Test.{Edge, Handled}

  require Edge

  Edge.channel(Resting, unsampled: :marker)
  Edge.channel(Rare, table: [{1, 1_000_000}])

  @context Edge.context()

  setup_all do
    Handled.set_rollout(:on)
    Resting.set_rollout(:on)
    Rare.set_rollout(:on)
  end

  defp traced(message), do: Handled.with_context(@context, fn -> Handled.wrap(message) end)

  defmodule Survivor do
    # What a handler does that catches what happens in its own code.
    use GenServer
    use Glassine.Server, channel: Glassine.Test.Handled

    @impl true
    def init(_), do: {:ok, nil}

    @impl true
    def handle_call(:inside, _from, state), do: {:reply, Glassine.context(), state}
  end

  defmodule Session do
    use GenServer
    use Glassine.Server, channel: Glassine.ServerTest.Resting, continue_only: true

    @impl true
    def init(_), do: {:ok, nil}

    @impl true
    def handle_call(:see, _from, state) do
      {:reply, {Glassine.may_start?(), Glassine.context(), Resting.wrap(:on)}, state}
    end
  end

  defmodule NoMessages do
    use GenServer
    use Glassine.Server

    @impl true
    def init(_), do: {:ok, nil}
  end

  defmodule Events do
    @behaviour :gen_statem
    use Glassine.Statem, channel: Glassine.Test.Handled

    @impl true
    def callback_mode, do: :handle_event_function

    @impl true
    def init(_), do: {:ok, :waiting, []}

    @impl true
    def handle_event({:call, from}, :seen, _state, seen) do
      {:keep_state, [], [{:reply, from, Enum.reverse(seen)}]}
    end

    def handle_event(type, :early, :waiting, seen) when type != :internal do
      {:keep_state, seen, [:postpone]}
    end

    def handle_event(:cast, :go, :waiting, seen) do
      {:next_state, :going, seen, [{:next_event, :internal, Handled.wrap(:next)}]}
    end

    def handle_event(type, content, _state, seen) do
      {:keep_state, [{type, content, Glassine.context()} | seen]}
    end
  end

  defmodule Door do
    @behaviour :gen_statem
    use Glassine.Statem, channel: Glassine.Test.Handled, states: [:closed, :open]

    @impl true
    def callback_mode, do: [:state_functions, :state_enter]

    @impl true
    def init(_), do: {:ok, :closed, nil}

    def closed(:enter, _before, data), do: {:keep_state, data}
    def closed(:info, :open, _data), do: {:next_state, :open, Glassine.context()}

    def open(:enter, _before, data), do: {:keep_state, data}

    def open({:call, from}, :opened_by, data) do
      {:keep_state_and_data, [{:reply, from, {data, Glassine.context()}}]}
    end
  end

  test "an exception in a handler ends the server as ever, with its own reason" do
    Process.flag(:trap_exit, true)
    {:ok, server} = GenServer.start_link(Survivor, nil)
    send(server, traced(:nobody_handles_this))
    # The default handle_info logs, and the server lives.
    assert Handled.call(server, :inside) == nil
    Handled.with_context(@context, fn -> Handled.cast(server, :nobody_handles_this_either) end)
    assert_receive {:EXIT, ^server, {%RuntimeError{message: message}, _}}
    assert message =~ "attempted to cast GenServer"
  end

  test "a module that only continues never starts, and hands that on" do
    {:ok, session} = GenServer.start_link(Session, nil)
    marker = <<0x9E, 1, 0xC1, 0xDE, 0, 1, 0, 0>>
    assert GenServer.call(session, :see) == {false, nil, {:"$glassine", marker, :on}}

    call = fn -> Resting.call(session, :see) end
    {true, @context, {:"$glassine", _context, :on}} = Resting.with_context(@context, call)

    # And rests again.
    assert GenServer.call(session, :see) == {false, nil, {:"$glassine", marker, :on}}
  end

  test "callbacks that a module lacks are not made up" do
    assert function_exported?(NoMessages, :handle_info, 2)
    refute function_exported?(NoMessages, :handle_continue, 2)
  end

  describe ":gen_statem" do
    test "events of every type, and postponed ones" do
      {:ok, statem} = :gen_statem.start_link(Events, nil, [])
      :gen_statem.cast(statem, traced(:early))
      send(statem, traced(:early))
      :gen_statem.cast(statem, :early)
      :gen_statem.cast(statem, traced(:go))
      send(statem, :bare)

      assert :gen_statem.call(statem, traced(:seen)) == [
               {:internal, :next, @context},
               {:cast, :early, @context},
               {:info, :early, @context},
               {:cast, :early, nil},
               {:info, :bare, nil}
             ]
    end

    test "state functions" do
      {:ok, door} = :gen_statem.start_link(Door, nil, [])
      send(door, traced(:open))
      assert :gen_statem.call(door, :opened_by) == {@context, nil}
    end

    test "a state function that is not there is named" do
      code = """
      defmodule Glassine.ServerTest.NoState do
        use Glassine.Statem, states: [:gone]
      end
      """

      assert_raise CompileError, ~r"there is no state function gone/3", fn ->
        Code.compile_string(code)
      end
    end
  end

  describe "receive_traced" do
    require Handled

    defp one(timeout \\ 0) do
      Handled.receive_traced do
        {:number, n} when is_integer(n) when is_float(n) -> {n, Glassine.context()}
        {a, b, c} when a != :"$other" -> {:three, a, b, c, Glassine.context()}
        :raise -> raise "in the clause"
      after
        timeout -> :nothing
      end
    end

    test "takes what fits, bare and enveloped, in the mailbox's order" do
      send(self(), {:number, :none})
      send(self(), traced({:number, :none}))
      send(self(), traced({:number, 1}))
      send(self(), {:number, 2})
      send(self(), traced({:number, 3.5}))
      send(self(), traced({1, 2, 3}))
      send(self(), {4, 5, 6})

      assert one() == {1, @context}
      assert one() == {2, nil}
      assert one() == {3.5, @context}
      # Not the envelope, which is a tuple of three as well.
      assert one() == {:three, 1, 2, 3, @context}
      assert one() == {:three, 4, 5, 6, nil}
      assert one() == :nothing

      assert {:messages, [{:number, :none}, {_, _, {:number, :none}}]} =
               Process.info(self(), :messages)
    end

    test "leaves no context behind" do
      send(self(), traced(:raise))
      assert_raise RuntimeError, "in the clause", fn -> one() end
      assert Current.origin() == nil
    end

    test "needs no timeout, and sees what is bound outside" do
      expected = 7
      send(self(), traced({:number, 6}))
      send(self(), traced({:number, 7}))

      assert (Handled.receive_traced do
                {:number, ^expected} -> Glassine.context()
              end) == @context
    end
  end

  describe "a fan-out as one copy" do
    # Each of 10,000 receivers decides by its name; one in 1,000 keeps the context and counts 1,000.
    # Over 40 traces: n = 400,000, σ of the sum = 1,000 · √(400 · 0.999) = 19,990; the bound is 5 σ.
    test "weights add up to the number of receivers" do
      sums =
        for trace <- 1..40 do
          context = %Context{trace_id: trace * 0x9E3779B97F4A7C15, span_id: 1, flags: 1}
          copy = Handled.with_context(context, fn -> Handled.wrap_many(:hello, 10_000) end)

          for session <- 1..10_000, reduce: 0 do
            sum ->
              Glassine.put_name("session #{session}")
              sum + Handled.handle_message(copy, fn :hello -> counted() end)
          end
        end

      Process.delete(:"$glassine_name")
      assert_in_delta Enum.sum(sums), 400_000, 99_950
      # The control: they do not all decide alike.
      assert length(Enum.uniq(sums)) > 3
    end

    # 100 receivers pass it on to 100 each, over 50 traces. In a trace, a of the first and b of each
    # of the second are chosen, and count 100 each. n = 500,000; σ² = 50 · 100² · (109² − 100²),
    # σ = 30,668; the bound is 5 σ.
    test "weights of a fan-out within a fan-out add up as well" do
      sum =
        for trace <- 1..50, outer <- 1..100, reduce: 0 do
          sum ->
            context = %Context{trace_id: trace * 0x9E3779B97F4A7C15, span_id: 1, flags: 1}
            copy = Handled.with_context(context, fn -> Handled.wrap_many(:hello, 100) end)
            Glassine.put_name("member #{outer}")

            Handled.handle_message(copy, fn :hello ->
              inner = Handled.wrap_many(:hello, 100)

              for member <- 1..100, reduce: sum do
                sum ->
                  Glassine.put_name("member #{member}")
                  sum + Handled.handle_message(inner, fn :hello -> counted() end)
              end
            end)
        end

      Process.delete(:"$glassine_name")
      assert_in_delta sum, 500_000, 153_340
    end

    test "who is not chosen starts no trace, and one recipient is always chosen" do
      alone = Handled.with_context(@context, fn -> Handled.wrap_many(:hello, 1) end)
      assert alone == traced(:hello)

      copy = Rare.with_context(@context, fn -> Rare.wrap_many(:hello, 10) end)

      Handled.handle_message(copy, fn :hello ->
        refute Glassine.may_start?()
        assert Handled.wrap(:hello) == :hello
      end)
    end

    test "a table that is none is refused when the channel is made" do
      for table <- [[], [{0, 1}], [{1, 0}], [{2, 1}, {2, 2}], [{1, 1 <<< 32}], :none] do
        assert_raise ArgumentError, ~r/:table is no table/, fn ->
          Glassine.Channel.config(Rare, table: table)
        end
      end
    end

    test "a decision against the trace goes to all of them, or nothing does" do
      unsampled = fn options ->
        Handled.with_context(Edge.context(0), fn -> Handled.wrap_many(:hello, 99, options) end)
      end

      assert {:"$glassine", <<0x9E, 1, 0xC1, 0xDE, 0, 1, 0, 0>>, :hello} = unsampled.([])
      assert unsampled.(unsampled: :bare) == :hello
      assert Handled.wrap_many(:hello, 99) == :hello
    end

    test "a dispatcher of a node makes one copy for its own subscribers" do
      copy = traced(:hello)
      {:"$glassine", envelope, :hello} = copy
      subscribers = for _ <- 1..100, do: {self(), nil}
      assert Glassine.Dispatcher.dispatch(subscribers, :none, copy) == :ok
      assert {:messages, messages} = Process.info(self(), :messages)
      assert length(messages) == 100
      assert [{:"$glassine", thinned, :hello}] = Enum.uniq(messages)
      assert Glassine.Reading.thinning(Glassine.Frame.read(thinned)) == 10
      flush()

      # Bare, not to its sender, and not thinned twice.
      Glassine.Dispatcher.dispatch(subscribers, self(), :hello)
      assert Process.info(self(), :messages) == {:messages, []}
      many = Handled.with_context(@context, fn -> Handled.wrap_many(:hello, 10_000) end)
      Glassine.Dispatcher.dispatch([{self(), nil}, {self(), nil}], :none, many)
      assert_received ^many
      Glassine.Dispatcher.dispatch([{self(), nil}], :none, :hello)
      assert_received :hello

      # A version that is not known stays as it is.
      <<prefix, _version, rest::binary>> = envelope
      other = {:"$glassine", <<prefix, 2, rest::binary>>, :hello}
      Glassine.Dispatcher.dispatch(subscribers, :none, other)
      assert_received ^other
    end
  end

  defp counted do
    case Glassine.context() do
      %Context{flags: 1} -> Glassine.weight()
      _unsampled -> 0
    end
  end

  defp flush do
    receive do
      _ -> flush()
    after
      0 -> :ok
    end
  end
end

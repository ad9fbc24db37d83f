defmodule Glassine.ClientTest do
  # The calls of GenServer: the same arguments, defaults, results and exits.
  use ExUnit.Case, async: true

  alias Glassine.Test.Edge

  require Edge

  Edge.channel(Calls)

  defmodule Server do
    use GenServer
    use Glassine.Server, channel: Glassine.ClientTest.Calls

    def start_link(options), do: GenServer.start_link(__MODULE__, nil, options)

    @impl true
    def init(nil), do: {:ok, []}

    @impl true
    def handle_call(:context, _from, log), do: {:reply, Glassine.context(), log}
    def handle_call(:log, _from, log), do: {:reply, Enum.reverse(log), []}
    def handle_call(:sleep, _from, log), do: {:noreply, log}
    def handle_call(:stop, _from, log), do: {:stop, :shutdown, log}
    def handle_call(:crash, _from, _log), do: raise("crash")
    def handle_call(:throw, _from, log), do: throw({:reply, :thrown, log})

    def handle_call({:later, delay}, from, log) do
      Process.send_after(self(), {:reply_to, from}, delay)
      {:noreply, log}
    end

    def handle_call({:to, server, request, timeout}, _from, log) do
      {:reply, Calls.call(server, request, timeout), log}
    end

    def handle_call({:continue, term}, _from, log) do
      {:reply, :ok, log, {:continue, Calls.wrap(term)}}
    end

    @impl true
    def handle_cast({:log, term}, log), do: {:noreply, [{term, Glassine.context()} | log]}
    def handle_cast({:raise, _term}, _log), do: raise("cast")

    @impl true
    def handle_info({:reply_to, from}, log) do
      Calls.reply(from, :later)
      {:noreply, log}
    end

    def handle_info({:log, term}, log), do: {:noreply, [{term, Glassine.context()} | log]}

    @impl true
    def handle_continue(term, log), do: {:noreply, [{term, Glassine.context()} | log]}
  end

  @context Edge.context()

  setup_all do
    Calls.set_rollout(:on)
  end

  setup do
    name = :"server#{System.unique_integer([:positive])}"
    %{name: name, server: start_supervised!({Server, name: name}, restart: :temporary)}
  end

  defp traced(fun), do: Calls.with_context(@context, fun)

  test "call, cast, info and continue see the message, and its context while it is handled", %{
    server: server
  } do
    assert Calls.call(server, :context) == nil
    assert traced(fn -> Calls.call(server, :context) end) == @context
    assert GenServer.call(server, :context) == nil

    assert traced(fn -> Calls.cast(server, {:log, :cast}) end) == :ok
    assert Calls.cast(server, {:log, :bare}) == :ok
    traced(fn -> send(server, Calls.wrap({:log, :info})) end)
    send(server, {:log, :bare_info})
    traced(fn -> Calls.call(server, {:continue, :continued}) end)

    assert Calls.call(server, :log) == [
             {:cast, @context},
             {:bare, nil},
             {:info, @context},
             {:bare_info, nil},
             {:continued, @context}
           ]
  end

  test "a thrown result is a result, and leaves no context", %{server: server} do
    assert traced(fn -> Calls.call(server, :throw) end) == :thrown
    assert GenServer.call(server, :context) == nil
    assert Process.info(server, :dictionary) |> elem(1) |> Keyword.has_key?(:"$glassine") == false
  end

  test "a reply is bare, whoever calls", %{server: server} do
    assert traced(fn -> Calls.call(server, {:later, 1}) end) == :later
    assert GenServer.call(server, {:later, 1}) == :later
  end

  test "multi_call and abcast", %{server: server, name: name} do
    assert traced(fn -> Calls.multi_call(name, :context) end) == {[{node(), @context}], []}

    assert traced(fn -> Calls.multi_call([node(), :nobody@nowhere], name, :context) end) ==
             {[{node(), @context}], [:nobody@nowhere]}

    assert traced(fn -> Calls.multi_call([node()], name, :sleep, 10) end) ==
             GenServer.multi_call([node()], name, :sleep, 10)

    assert traced(fn -> Calls.abcast(name, {:log, 1}) end) == GenServer.abcast(name, {:log, 2})
    assert traced(fn -> Calls.abcast([node()], name, {:log, 3}) end) == :abcast
    assert Calls.call(server, :log) == [{1, @context}, {2, nil}, {3, @context}]
  end

  test "exits are those of GenServer, word for word" do
    self_calling = fn module -> fn -> module.call(self(), :context) end end

    dead = fn module ->
      fn ->
        pid = spawn(fn -> :ok end)
        ref = Process.monitor(pid)
        receive do: ({:DOWN, ^ref, _, _, _} -> :ok)
        module.call(pid, :context)
      end
    end

    with_server = fn request, timeout ->
      fn module ->
        fn ->
          {:ok, server} = GenServer.start(Server, nil)
          module.call(server, request, timeout)
        end
      end
    end

    for scenario <- [
          self_calling,
          dead,
          fn module -> fn -> module.call(:no_such_name, :context) end end,
          fn module -> fn -> module.call({:global, :no_such_name}, :context) end end,
          fn module -> fn -> module.call({:via, :global, :no_such}, :context, 10) end end,
          fn module -> fn -> module.call({:no_such_name, :nobody@nowhere}, :context) end end,
          with_server.(:sleep, 20),
          with_server.(:stop, 5_000),
          with_server.({:to, :no_such_name, :context, 5_000}, 5_000)
        ] do
      assert without_pids(exit_of(scenario.(GenServer))) ==
               without_pids(exit_of(fn -> traced(scenario.(Calls)) end))
    end
  end

  test "the exit of a server that crashes names what was asked" do
    {:ok, server} = GenServer.start(Server, nil)

    assert {{%RuntimeError{message: "crash"}, [_ | _]},
            {GenServer, :call, [^server, :crash, 5_000]}} =
             exit_of(fn -> traced(fn -> Calls.call(server, :crash) end) end)
  end

  test "what GenServer refuses is refused", %{server: server} do
    assert_raise FunctionClauseError, fn -> Calls.call(server, :context, -1) end
    assert_raise FunctionClauseError, fn -> Calls.multi_call([node()], "name", :context) end
    assert_raise FunctionClauseError, fn -> Calls.abcast(:no_list, :name, :context) end
  end

  defp exit_of(fun) do
    fun.()
    flunk("it exits")
  catch
    :exit, reason -> reason
  end

  # Pids differ between two runs.
  defp without_pids(pid) when is_pid(pid), do: :pid
  defp without_pids(list) when is_list(list), do: Enum.map(list, &without_pids/1)

  defp without_pids(tuple) when is_tuple(tuple) do
    tuple |> Tuple.to_list() |> without_pids() |> List.to_tuple()
  end

  defp without_pids(other), do: other
end

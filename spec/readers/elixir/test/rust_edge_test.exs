defmodule Glassine.RustEdgeTest do
  # One trace from an edge in Rust, over TCP, through two processes, and back. The program's path is
  # in GLASSINE_RUST_EDGE; `check` builds it.
  use ExUnit.Case, async: true

  alias Glassine.Test.Handled

  @moduletag :rust_edge

  defmodule Guild do
    use GenServer
    use Glassine.Server, channel: Glassine.Test.Handled

    @impl true
    def init(session), do: {:ok, session}

    @impl true
    def handle_call({:post, text}, _from, session) do
      {:reply, Handled.call(session, {:post, text}), session}
    end
  end

  defmodule Session do
    use GenServer
    use Glassine.Server, channel: Glassine.Test.Handled, continue_only: true

    @impl true
    def init(seen), do: {:ok, seen}

    @impl true
    def handle_call({:post, text}, _from, seen) do
      {:reply, "seen: " <> text, [{text, Glassine.context()} | seen]}
    end

    def handle_call(:seen, _from, seen), do: {:reply, Enum.reverse(seen), seen}
  end

  test "posts come with their traces, bare and enveloped in one stream" do
    Handled.set_rollout(:on)
    {:ok, session} = GenServer.start_link(Session, [])
    {:ok, guild} = GenServer.start_link(Guild, session)

    options = [:binary, packet: 4, active: false, ip: {127, 0, 0, 1}]
    {:ok, listener} = :gen_tcp.listen(0, options)
    {:ok, port} = :inet.port(listener)

    server =
      Task.async(fn ->
        {:ok, socket} = :gen_tcp.accept(listener)
        serve(socket, guild)
      end)

    edge = System.fetch_env!("GLASSINE_RUST_EDGE")
    assert System.cmd(edge, ["#{port}", "100"], stderr_to_stdout: true) == {"", 0}
    assert Task.await(server) == {:error, :closed}

    for {{text, context}, post} <- Enum.with_index(GenServer.call(session, :seen), 1) do
      assert text == "post #{post}"

      if rem(post, 2) == 1 do
        trace_id = Bitwise.bsl(post, 64) + 0x00E11E11
        assert context == %Glassine.Context{trace_id: trace_id, span_id: post, flags: 3}
      else
        assert context == nil
      end
    end
  end

  defp serve(socket, guild) do
    with {:ok, bytes} <- :gen_tcp.recv(socket, 0) do
      answer =
        Handled.handle_bytes(bytes, [trust: :accept], fn text ->
          Handled.wrap_bytes(Handled.call(guild, {:post, text}))
        end)

      :ok = :gen_tcp.send(socket, answer)
      serve(socket, guild)
    end
  end
end

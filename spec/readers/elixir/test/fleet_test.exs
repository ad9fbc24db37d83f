defmodule Glassine.FleetTest do
  # Three nodes, a guild and 10,000 sessions, upgraded one by one while posts are published, and
  # brought back. Nothing is lost on the way, and while the switch is on, traces are whole.
  use ExUnit.Case, async: false

  alias Glassine.Test.Fleet

  @moduletag timeout: 180_000

  @sessions %{edge: 3_000, guild: 3_000, other: 4_000}
  @parts Map.keys(@sessions)

  test "a fleet is upgraded while it runs, and brought back" do
    directory =
      Path.join(System.tmp_dir!(), "glassine-fleet-#{System.unique_integer([:positive])}")

    on_exit(fn -> File.rm_rf!(directory) end)
    fleet = start_all(Fleet.compile(directory))

    # The release before, on all nodes.
    fleet = publish(fleet, 4)

    # Receivers first: whichever node is new, messages are bare, and all nodes understand them.
    fleet = Enum.reduce([:other, :guild, :edge], fleet, &(&2 |> restart(&1, :new) |> publish(2)))
    assert contexts(fleet) == []

    # A sender that is switched on too early is seen by a counter, and loses nothing.
    rollout(fleet, :edge, :on)
    fleet = publish(fleet, 2)
    assert contexts(fleet) == []
    assert call(fleet, :guild, Elixir.Fleet.Channel, :counters).while_off == 1

    # The switch is moved while posts are published.
    publisher = start_publisher(fleet)
    for part <- @parts, do: rollout(fleet, part, :receive_only)
    some_posts(publisher)
    for part <- [:guild, :edge], do: rollout(fleet, part, {:share, 500_000})
    some_posts(publisher)
    for part <- [:guild, :edge], do: rollout(fleet, part, :on)
    some_posts(publisher)
    fleet = settle(stop_publisher(publisher))

    fleet = fleet |> traces_are_whole() |> traces_from_rust_are_whole()

    # And back: senders first.
    publisher = start_publisher(fleet)
    for part <- [:edge, :guild], do: rollout(fleet, part, :receive_only)
    some_posts(publisher)
    fleet = settle(stop_publisher(publisher))
    before = length(contexts(fleet))
    fleet = publish(fleet, 4)
    assert length(contexts(fleet)) == before

    fleet = Enum.reduce(@parts, fleet, &(&2 |> restart(&1, :old) |> publish(2)))
    assert unknowns(fleet) == 0

    # The control: senders before receivers. The old sessions get what they do not know, for the one
    # of two posts that is of a sampled trace.
    fleet = fleet |> restart(:guild, :new) |> restart(:edge, :new)
    for part <- [:guild, :edge], do: rollout(fleet, part, :on)
    fleet = fleet |> publish_one() |> publish_one()
    eventually(fn -> unknowns(fleet) == @sessions.other end)
  end

  # One copy for 10,000 receivers, of whom one in 1,000 keeps the context and counts 1,000. Over 30
  # traces: n = 300,000, σ = 1,000 · √(300 · 0.999) = 17,312; the bound is 5 σ. Names and traces are
  # fixed, and so is the sum.
  defp traces_are_whole(fleet) do
    first = 1_000_001
    fleet = publish(%{fleet | next: first}, 60)
    assert_whole(for({post, _} = seen <- contexts(fleet), post >= first, do: seen), &trace_id/1)
    fleet
  end

  # The same of posts that an edge in Rust sends over TCP, where `check` has built it. It reads the
  # answers, and fails if one does not come from the post's own trace.
  defp traces_from_rust_are_whole(fleet) do
    case System.get_env("GLASSINE_RUST_EDGE", "") do
      "" ->
        IO.puts("the fleet is tested without the edge in Rust: GLASSINE_RUST_EDGE is not set")
        fleet

      edge ->
        guild = {Elixir.Fleet.Guild, node_of(fleet, :guild)}
        port = call(fleet, :edge, Elixir.Fleet.Edge, :listen, [guild])
        earlier = contexts(fleet)
        assert System.cmd(edge, ["#{port}", "60"], stderr_to_stdout: true) == {"", 0}
        fleet = settle(%{fleet | expected: fleet.expected + 60 * 10_000})
        assert_whole(contexts(fleet) -- earlier, &Bitwise.bor(Bitwise.bsl(&1, 64), 0x00E11E11))
        fleet
    end
  end

  defp assert_whole(seen, trace_id) do
    for {post, {trace, span, weight}} <- seen do
      assert rem(post, 2) == 1
      assert {trace, span, weight} == {trace_id.(post), post, 1_000}
    end

    sum = Enum.reduce(seen, 0, fn {_post, {_trace, _span, weight}}, sum -> sum + weight end)
    assert_in_delta sum, 300_000, 86_560

    # On nodes of both kinds, and for nearly every trace.
    assert length(Enum.uniq_by(seen, &elem(&1, 0))) > 25
  end

  # Odd posts are of a sampled trace. One post has one trace.
  defp traceparent(post) do
    ids = Base.encode16(<<trace_id(post)::128, post::64>>, case: :lower)
    <<trace_id::binary-size(32), span_id::binary>> = ids
    "00-#{trace_id}-#{span_id}-0#{rem(post, 2)}"
  end

  defp trace_id(post) do
    <<trace_id::128, _::binary>> = :crypto.hash(:sha256, "post #{post}")
    trace_id
  end

  defp start_all(paths) do
    names = Map.new(@parts, &{&1, Fleet.name(&1)})
    fleet = %{paths: paths, names: names, peers: %{}, next: 1, expected: 0, gone: {0, 0, []}}
    Enum.reduce(@parts, fleet, &start(&2, &1, :old))
  end

  defp start(fleet, part, release) do
    others = for {other, _peer} <- fleet.peers, do: node_of(fleet, other)
    peer = Fleet.start(fleet.names[part], fleet.paths[release], others)
    fleet = %{fleet | peers: Map.put(fleet.peers, part, peer)}
    if part == :guild, do: :ok = call(fleet, part, Elixir.Fleet.Node, :start_guild)
    names = for n <- 1..@sessions[part], do: "#{part} #{n}"
    :ok = call(fleet, part, Elixir.Fleet.Node, :start_sessions, [names])
    wait_for_members(fleet)
    fleet
  end

  # What the node has seen is kept; nothing is under way.
  defp restart(fleet, part, release) do
    seen = seen(fleet, part)
    Fleet.stop(fleet.peers[part])
    fleet = %{fleet | peers: Map.delete(fleet.peers, part), gone: add(fleet.gone, seen)}
    wait_for_members(fleet)
    start(fleet, part, release)
  end

  defp wait_for_members(fleet) do
    all = Enum.sum(for {part, _peer} <- fleet.peers, do: @sessions[part])

    for {part, _peer} <- fleet.peers do
      eventually(fn -> call(fleet, part, Elixir.Fleet.Node, :members) == all end)
    end
  end

  defp publish(fleet, count) do
    settle(Enum.reduce(1..count, fleet, fn _, fleet -> publish_one(fleet) end))
  end

  defp publish_one(%{next: post} = fleet) do
    guild = {Elixir.Fleet.Guild, node_of(fleet, :guild)}
    arguments = [guild, post, traceparent(post)]
    recipients = call(fleet, :edge, Elixir.Fleet.Edge, :publish, arguments)
    %{fleet | next: post + 1, expected: fleet.expected + recipients}
  end

  # Every post arrives at every session that was there, once.
  defp settle(fleet) do
    eventually(fn -> posts(fleet) >= fleet.expected end)
    assert posts(fleet) == fleet.expected
    fleet
  end

  defp start_publisher(fleet) do
    Task.async(fn -> publish_until_stopped(fleet) end)
  end

  defp publish_until_stopped(fleet) do
    receive do
      :stop ->
        fleet

      {:posts, from} ->
        fleet = Enum.reduce(1..4, fleet, fn _, fleet -> publish_one(fleet) end)
        send(from, :published)
        publish_until_stopped(fleet)
    after
      0 -> publish_until_stopped(publish_one(fleet))
    end
  end

  defp some_posts(publisher) do
    send(publisher.pid, {:posts, self()})
    assert_receive :published, 60_000
  end

  defp stop_publisher(publisher) do
    send(publisher.pid, :stop)
    Task.await(publisher, 60_000)
  end

  defp rollout(fleet, part, position) do
    :ok = call(fleet, part, Elixir.Fleet.Channel, :set_rollout, [position])
  end

  defp posts(fleet), do: elem(all_seen(fleet), 0)
  defp unknowns(fleet), do: elem(all_seen(fleet), 1)
  defp contexts(fleet), do: elem(all_seen(fleet), 2)

  defp all_seen(fleet) do
    Enum.reduce(Map.keys(fleet.peers), fleet.gone, &add(&2, seen(fleet, &1)))
  end

  defp seen(fleet, part) do
    [posts, unknowns, contexts] =
      for what <- [:posts, :unknowns, :contexts], do: call(fleet, part, Elixir.Fleet.Seen, what)

    {posts, unknowns, contexts}
  end

  defp add({posts, unknowns, contexts}, {more_posts, more_unknowns, more_contexts}) do
    {posts + more_posts, unknowns + more_unknowns, contexts ++ more_contexts}
  end

  defp call(fleet, part, module, function, arguments \\ []) do
    :peer.call(fleet.peers[part], module, function, arguments, 60_000)
  end

  defp node_of(fleet, part), do: :"#{fleet.names[part]}@127.0.0.1"

  defp eventually(condition, left \\ 1_500) do
    cond do
      condition.() ->
        :ok

      left == 0 ->
        flunk("it does not happen")

      true ->
        Process.sleep(20)
        eventually(condition, left - 1)
    end
  end
end

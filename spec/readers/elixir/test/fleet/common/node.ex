defmodule Fleet.Node do
  # The parts that a node runs. They outlive the call that starts them.

  # Of the release.
  @compile {:no_warn_undefined, [Fleet.Guild, Fleet.Session]}

  def start do
    keep(fn ->
      {:ok, _pg} = :pg.start_link(Fleet)
      {:ok, _relay} = Fleet.Relay.start_link()
      Fleet.Seen.start()
    end)
  end

  def start_guild, do: keep(&Fleet.Guild.start_link/0)

  def start_sessions(names) do
    keep(fn ->
      pids = for name <- names, do: elem(Fleet.Session.start_link(name), 1)
      :ok = :pg.join(Fleet, :sessions, pids)
    end)
  end

  def members, do: length(:pg.get_members(Fleet, :sessions))

  defp keep(fun) do
    caller = self()

    spawn(fn ->
      fun.()
      send(caller, :started)
      Process.sleep(:infinity)
    end)

    receive do: (:started -> :ok)
  end
end

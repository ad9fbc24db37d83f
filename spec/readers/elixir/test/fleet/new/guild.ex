defmodule Fleet.Guild do
  use GenServer
  use Glassine.Server, channel: Fleet.Channel

  def start_link, do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)

  @impl true
  def init(nil), do: {:ok, nil}

  @impl true
  def handle_call({:publish, post}, _from, state) do
    members = :pg.get_members(Fleet, :sessions)
    copy = Fleet.Channel.wrap_many({:post, post}, length(members))
    Fleet.Relay.send_many(members, copy)
    {:reply, length(members), state}
  end
end

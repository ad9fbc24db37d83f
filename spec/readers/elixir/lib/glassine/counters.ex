defmodule Glassine.Counters do
  @moduledoc """
  What a channel has counted on this node, for the people who run it.

  | name | counts |
  |---|---|
  | `sampled` | received: a sampled context |
  | `unsampled` | received: an unsampled context |
  | `marker` | received: a decision against the trace, without ids |
  | `undecided` | received: nothing known, the escape or fields alone |
  | `unknown_version` | received: a frame of a version that this release does not know |
  | `damaged` | received: a header or a carrier that cannot be read; the message was handled |
  | `while_off` | received while the channel is off: a sender was switched on too early |
  | `not_chosen` | received: one copy for many, and this receiver was not chosen |
  | `dropped_by_policy` | received at an edge: a decision that the trust policy took away |
  | `sent` | sent with a context, a marker or fields |
  | `escaped` | sent in the escape: a message that looks enveloped itself |

  Bare messages are not counted, so that they cost nothing. Counting is one atomic addition.
  """

  @kinds [
    :sampled,
    :unsampled,
    :marker,
    :undecided,
    :unknown_version,
    :damaged,
    :while_off,
    :not_chosen,
    :dropped_by_policy,
    :sent,
    :escaped
  ]

  @compile {:no_warn_undefined, :telemetry}

  @typedoc "The name of a counter."
  @type kind ::
          unquote(
            Enum.reduce(Enum.reverse(@kinds), fn kind, kinds -> {:|, [], [kind, kinds]} end)
          )

  @typedoc "What `:telemetry.execute/3` takes."
  @type event :: {[atom, ...], %{required(kind) => non_neg_integer}, %{channel: module}}

  @doc "Every name, in the order of the table."
  @spec kinds() :: [kind]
  def kinds, do: @kinds

  @doc "The counts of a channel at this moment."
  @spec get(module) :: %{required(kind) => non_neg_integer}
  def get(channel) do
    counters = :persistent_term.get(key(channel), nil)

    for {kind, at} <- Enum.with_index(@kinds, 1), into: %{} do
      {kind, if(counters, do: :counters.get(counters, at), else: 0)}
    end
  end

  @doc """
  The counts as an event: its name, its measurements, its metadata. They are sums since the node
  started.
  """
  @spec event(module) :: event
  def event(channel), do: {[:glassine, :counters], get(channel), %{channel: channel}}

  @doc """
  Executes the event with the library `telemetry`, if it is there. Made to be called now and then,
  as `telemetry_poller` does: `{Glassine.Counters, :emit, [MyApp.Guilds]}`.
  """
  @spec emit(module) :: :ok
  def emit(channel) do
    if Code.ensure_loaded?(:telemetry) do
      {name, measurements, metadata} = event(channel)
      :telemetry.execute(name, measurements, metadata)
    end

    :ok
  end

  @doc false
  def key(channel), do: {__MODULE__, channel}

  @doc false
  @spec add(tuple, kind) :: :ok
  for {kind, at} <- Enum.with_index(@kinds, 1) do
    def add(key, unquote(kind)), do: add_one(key, unquote(at))
  end

  defp add_one(key, at) do
    :counters.add(:persistent_term.get(key, nil) || create(key), at, 1)
  end

  # Where two processes count for the first time, both get the counters of the first.
  defp create(key) do
    create = fn ->
      :persistent_term.get(key, nil) ||
        tap(:counters.new(length(@kinds), [:write_concurrency]), &:persistent_term.put(key, &1))
    end

    :global.trans({key, self()}, create, [node()])
  end
end

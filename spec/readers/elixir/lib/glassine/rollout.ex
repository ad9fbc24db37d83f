defmodule Glassine.Rollout do
  @moduledoc """
  The switch of a channel: how far sending has come, changed while the program runs.

  | position | what is sent | what is done with what comes enveloped |
  |---|---|---|
  | `:off`, where every channel begins | bare | the message is handled, its context is let go |
  | `:receive_only` | bare | the context is attached while it is handled |
  | `{:share, millionths}` | contexts of that share of all traces | the same |
  | `:on` | contexts | the same |

  Switch every node to `:receive_only` first, then some to a share, then all on; and back the same
  way. A position is one small integer in `:persistent_term`: to read it takes no lock and copies
  nothing, and to change it makes no process collect garbage. It holds for this node.
  """

  alias Glassine.Hash

  import Bitwise

  @typedoc "A position of the switch."
  @type t :: :off | :receive_only | :on | {:share, millionths :: 0..1_000_000}

  @off 0
  @receive_only 1
  @on 2
  @first_share 3

  @doc "The position of a channel's switch."
  @spec get(module) :: t
  def get(channel) do
    case word(key(channel)) do
      @off -> :off
      @receive_only -> :receive_only
      @on -> :on
      share -> {:share, share - @first_share}
    end
  end

  @doc "Moves a channel's switch, on this node."
  @spec set(module, t) :: :ok
  def set(channel, position) do
    :persistent_term.put(key(channel), to_word(position))
  end

  @doc false
  def key(channel), do: {__MODULE__, channel}

  @doc false
  def word(key), do: :persistent_term.get(key, @off)

  @doc false
  defguard receives(word) when word != @off

  @doc false
  defguard sends(word) when word >= @on

  @doc false
  # Whether the decision about a trace is sent; `word` sends.
  def includes?(@on, _envelope), do: true

  def includes?(word, <<_header::64, trace_id::binary-size(16), _::binary>>) do
    Hash.xxh64(trace_id, 0) >>> 32 < div((word - @first_share) <<< 32, 1_000_000)
  end

  @doc false
  # Whether what belongs to no trace is sent.
  def includes_all?(word), do: word == @on

  defp to_word(:off), do: @off
  defp to_word(:receive_only), do: @receive_only
  defp to_word(:on), do: @on

  defp to_word({:share, millionths}) when millionths in 0..1_000_000,
    do: millionths + @first_share

  defp to_word(other) do
    raise ArgumentError,
          "a rollout is :off, :receive_only, {:share, 0..1_000_000} or :on, not #{inspect(other)}"
  end
end

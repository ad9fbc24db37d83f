defmodule Glassine.Share do
  @moduledoc """
  Decides whether a trace is in a share of all traces (section 17), as every program in every
  language decides it.

      iex> Glassine.Share.contains?(0x4BF92F3577B34DA6A3CE929D0E0E4736, 1_000_000)
      true
  """

  alias Glassine.Hash

  import Bitwise

  @doc "The hash of a trace (`R-SHARE-1`)."
  @spec hash(trace_id :: pos_integer) :: non_neg_integer
  def hash(trace_id), do: Hash.xxh64(<<trace_id::128>>, 0)

  @doc "Whether a trace is in a share of so many millionths (`R-SHARE-2`). One hash."
  @spec contains?(trace_id :: pos_integer, millionths :: 0..1_000_000) :: boolean
  def contains?(trace_id, millionths) when millionths in 0..1_000_000 do
    hash(trace_id) >>> 32 < div(millionths <<< 32, 1_000_000)
  end
end

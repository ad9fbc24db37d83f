defmodule Glassine.FanOut do
  @moduledoc """
  Decides who of many recipients keeps a sampled context (section 17).

      iex> Enum.map([1, 25, 100, 1_000, 10_000, 5_000_000], &Glassine.FanOut.one_in/1)
      [1, 5, 10, 100, 1_000, 1_000]
  """

  alias Glassine.Hash

  @typedoc "Points of so many recipients, of whom one in so many is chosen, ascending."
  @type table :: [{recipients :: pos_integer, one_in :: pos_integer}, ...]

  @default [{1, 1}, {100, 10}, {10_000, 1_000}]
  @u32 0xFFFFFFFF

  @doc """
  One in how many of so many recipients is chosen (`R-FAN-1`). 0 recipients count as 1. Takes a
  logarithm: once a fan-out, not once a recipient.
  """
  @spec one_in(recipients :: non_neg_integer, table) :: pos_integer
  def one_in(recipients, table \\ @default)

  def one_in(recipients, [{first, one_in} | _]) when recipients <= first, do: one_in

  def one_in(recipients, [{r1, n1}, {r2, n2} | _]) when recipients < r2 do
    way = :math.log(recipients / r1) / :math.log(r2 / r1)
    floor(n1 * :math.pow(n2 / n1, way) + 0.5 + 1.0e-9)
  end

  def one_in(_recipients, [{_last, one_in}]), do: one_in
  def one_in(recipients, [_passed | table]), do: one_in(recipients, table)

  @doc """
  The hash of a recipient, by any bytes that stay the same when the message is sent again
  (`R-FAN-2`). `weight` is that of the message that the fan-out comes from. Two hashes.
  """
  @spec hash(trace_id :: pos_integer, weight :: pos_integer | nil, name :: binary) ::
          non_neg_integer
  def hash(trace_id, weight, name) do
    Hash.xxh64(name, Hash.xxh64(<<trace_id::128>>, if(weight in [nil, 1], do: 0, else: weight)))
  end

  @doc "Whether one in so many recipients is this one."
  @spec chosen?(
          trace_id :: pos_integer,
          weight :: pos_integer | nil,
          name :: binary,
          one_in :: pos_integer
        ) :: boolean
  def chosen?(trace_id, weight, name, one_in) do
    one_in == 1 or hash(trace_id, weight, name) * one_in < 0x1_0000_0000_0000_0000
  end

  @doc "The weight of a message that was chosen, one in so many (`R-FAN-3`)."
  @spec nested_weight(pos_integer | nil, one_in :: pos_integer) :: pos_integer
  def nested_weight(weight, one_in), do: min((weight || 1) * one_in, @u32)
end

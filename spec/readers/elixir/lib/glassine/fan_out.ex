defmodule Glassine.FanOut do
  @moduledoc """
  Decides who of many recipients keeps a sampled context (section 17).

      iex> Enum.map([1, 25, 100, 1_000, 10_000, 5_000_000], &Glassine.FanOut.one_in/1)
      [1, 5, 10, 100, 1_000, 1_000]
  """

  alias Glassine.Hash

  @typedoc "Points of so many recipients, of whom one in so many is chosen, ascending."
  @type table :: [{recipients :: pos_integer, one_in :: pos_integer}, ...]

  @u32 0xFFFFFFFF
  # The default table: from so many recipients on, so many times the rate grows by one.
  @default_from [1, 3, 7, 13, 21, 31, 43, 57, 73, 91]

  @doc """
  One in how many of so many recipients is chosen, by the default table (`R-FAN-1`): all of 1, one in
  10 of 100, one in 1,000 of 10,000 and more.
  """
  @spec one_in(recipients :: non_neg_integer) :: pos_integer
  def one_in(recipients) when recipients >= 9_995, do: 1_000
  def one_in(recipients) when recipients >= 105, do: div(recipients + 5, 10)
  def one_in(recipients), do: max(Enum.count(@default_from, &(recipients >= &1)), 1)

  @doc """
  The same by a table of one's own (`R-FAN-4`). Takes logarithms: once a fan-out, not once a
  recipient.

      iex> Glassine.FanOut.one_in(10, [{1, 1}, {100, 100}])
      10
  """
  @spec one_in(recipients :: non_neg_integer, table) :: pos_integer
  def one_in(recipients, [{first, one_in} | _]) when recipients <= first, do: one_in

  def one_in(recipients, [{r1, n1}, {r2, n2} | _]) when recipients < r2 do
    way = :math.log(recipients / r1) / :math.log(r2 / r1)
    floor(n1 * :math.pow(n2 / n1, way) + 0.5 + 1.0e-9)
  end

  def one_in(_recipients, [{_last, one_in}]), do: one_in
  def one_in(recipients, [_passed | table]), do: one_in(recipients, table)

  @doc "Whether a list is a table: points of 1 to 2³² − 1, whose recipients ascend."
  @spec table?(term) :: boolean
  def table?([{_, _} | _] = points) do
    Enum.all?(points, &match?({r, n} when r in 1..@u32 and n in 1..@u32, &1)) and
      points == Enum.uniq_by(List.keysort(points, 0), &elem(&1, 0))
  end

  def table?(_other), do: false

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

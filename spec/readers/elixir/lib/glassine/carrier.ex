defmodule Glassine.Carrier do
  @moduledoc false
  # The inside of a carrier of version 1 (section 5). Everything here is done when it is asked
  # for, and is bounded by the carrier's length and by 128 fields.

  alias Glassine.{Context, Field}

  @max_fields 128
  @weight 4
  @thinning 6

  @typedoc "A field as it stands, with the offset of its type in the message."
  @type raw :: {type :: byte, value :: binary, offset :: non_neg_integer}

  @doc "The usable context (`R-CARRIER-1`)."
  @spec context(binary, boolean, byte | nil) :: Context.t() | nil
  def context(<<trace_id::128, span_id::64, _::binary>>, true, flags)
      when trace_id != 0 and span_id != 0 do
    %Context{trace_id: trace_id, span_id: span_id, flags: flags}
  end

  def context(_carrier, _has_ids, _flags), do: nil

  @doc "The fields that were read, and the fault that ended the list."
  @spec fields(binary, boolean) :: {[raw], [{atom, non_neg_integer}]}
  def fields(<<_ids::binary-size(24), rest::binary>>, true), do: fields(rest, 32, 0, [])
  def fields(carrier, false), do: fields(carrier, 8, 0, [])

  defp fields("", _at, _count, read), do: {Enum.reverse(read), []}

  defp fields(_rest, at, @max_fields, read) do
    {Enum.reverse(read), [{:too_many_fields, at}]}
  end

  defp fields(<<type, m::16, value::binary-size(m), rest::binary>>, at, count, read) do
    fields(rest, at + 3 + m, count + 1, [{type, value, at} | read])
  end

  defp fields(_rest, at, _count, read), do: {Enum.reverse(read), [{:field_past_end, at}]}

  @doc "The fields that count, and the faults of the others, by ascending offset."
  @spec judge([raw], Context.t() | nil) :: {[raw], [{Field.fault(), non_neg_integer}]}
  def judge(fields, context) do
    kind = kind(context)

    {counting, faults, _seen} =
      Enum.reduce(fields, {[], [], %{}}, fn {type, value, at} = raw, {counting, faults, seen} ->
        case Field.judge({type, value}, kind) do
          {:error, fault} ->
            {counting, [{fault, at} | faults], seen}

          {:ok, nil} ->
            {[raw | counting], faults, seen}

          {:ok, once} when is_map_key(seen, once) ->
            {counting, [{:repeated_field, at} | faults], seen}

          {:ok, once} ->
            {[raw | counting], faults, Map.put(seen, once, true)}
        end
      end)

    {Enum.reverse(counting), Enum.reverse(faults)}
  end

  @doc "What `Field.judge/2` asks about the context."
  @spec kind(Context.t() | nil) :: :no_context | :unsampled | :sampled
  def kind(nil), do: :no_context
  def kind(context), do: if(Context.sampled?(context), do: :sampled, else: :unsampled)

  @doc """
  Weight and thinning of a sampled context whose ids are usable, 1 where there is none. Looks at
  types and lengths, and at no other value.
  """
  @spec weight_and_thinning(fields :: binary) :: {pos_integer, pos_integer}
  def weight_and_thinning(fields), do: weight_and_thinning(fields, @max_fields, 0, 0)

  defp weight_and_thinning(<<@weight, 4::16, n::32, rest::binary>>, left, 0, thinning)
       when n > 0 and left > 0 do
    weight_and_thinning(rest, left - 1, n, thinning)
  end

  defp weight_and_thinning(<<@thinning, 4::16, n::32, rest::binary>>, left, weight, 0)
       when n > 0 and left > 0 do
    weight_and_thinning(rest, left - 1, weight, n)
  end

  defp weight_and_thinning(<<_, m::16, _::binary-size(m), rest::binary>>, left, weight, thinning)
       when left > 0 do
    weight_and_thinning(rest, left - 1, weight, thinning)
  end

  defp weight_and_thinning(_rest, _left, weight, thinning) do
    {max(weight, 1), max(thinning, 1)}
  end

  @doc "The bytes of fields, in the order in which they are given."
  @spec encode([{byte, binary}]) :: binary
  def encode(fields) do
    for {type, value} <- fields, into: <<>>, do: <<type, byte_size(value)::16, value::binary>>
  end
end

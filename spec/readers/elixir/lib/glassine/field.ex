defmodule Glassine.Field do
  @moduledoc """
  Makes the fields of a carrier, and judges them (section 5.2).

  A field is a type and the bytes of its value. Types that this release does not know are fields
  like all others: `{0x60, "private"}`.

      iex> Glassine.Field.weight(1_000)
      {4, <<0, 0, 3, 232>>}
      iex> Glassine.Field.text_map("b3", "0")
      {3, <<2, "b3", "0">>}
  """

  alias Glassine.Context

  import Bitwise

  @typedoc "A type and a value."
  @type t :: {type :: byte, value :: binary}

  @typedoc "Why a field does not count (section 5.3)."
  @type fault :: :malformed_field | :misplaced_field | :repeated_field

  @tracestate 1
  @baggage 2
  @text_map 3
  @weight 4
  @further 5
  @thinning 6

  @u32 0xFFFFFFFF

  @doc "A `tracestate` header value."
  @spec tracestate(String.t()) :: t
  def tracestate(text) when is_binary(text), do: {@tracestate, text}

  @doc "A `baggage` header value."
  @spec baggage(String.t()) :: t
  def baggage(text) when is_binary(text), do: {@baggage, text}

  @doc "What another propagator writes, such as `b3`. A key has 1 to 255 bytes."
  @spec text_map(String.t(), String.t()) :: t
  def text_map(key, value) when byte_size(key) in 1..255 and is_binary(value) do
    {@text_map, <<byte_size(key), key::binary, value::binary>>}
  end

  @doc "How many messages this one stands for, 1 to 2³² − 1."
  @spec weight(pos_integer) :: t
  def weight(weight) when weight in 1..@u32, do: {@weight, <<weight::32>>}

  @doc "A context that the message continues as well."
  @spec further(Context.t()) :: t
  def further(%Context{} = context) do
    {@further, <<context.trace_id::128, context.span_id::64, context.flags>>}
  end

  @doc "One in how many receivers of this copy keeps its context, 1 to 2³² − 1."
  @spec thinning(pos_integer) :: t
  def thinning(one_in) when one_in in 1..@u32, do: {@thinning, <<one_in::32>>}

  @doc """
  Whether a change of the frame keeps the field: a known type, or bit 7 of the type
  (`R-COPY-2`).
  """
  @spec kept_by_relays?(t) :: boolean
  def kept_by_relays?({type, _value}), do: type <= @thinning or (type &&& 0x80) != 0

  @doc """
  Judges a field by itself, beside no context, an unsampled or a sampled one.

  If it counts, the answer has what may stand only once in a carrier: a type, a type and a key,
  or `nil` for what may repeat.
  """
  @spec judge(t, :no_context | :unsampled | :sampled) ::
          {:ok, nil | byte | {byte, binary}} | {:error, fault}
  def judge({type, value}, context) do
    cond do
      not well_formed?(type, value) -> {:error, :malformed_field}
      not in_place?(type, context) -> {:error, :misplaced_field}
      true -> {:ok, once(type, value)}
    end
  end

  @doc "Splits the value of a text-map entry, or says that it is malformed."
  @spec split_text_map(binary) :: {:ok, key :: binary, value :: binary} | :error
  def split_text_map(<<size, key::binary-size(size), value::binary>>) when size > 0 do
    if key?(key) and fold(key) not in ["traceparent", "tracestate", "baggage"] and
         String.valid?(value) do
      {:ok, key, value}
    else
      :error
    end
  end

  def split_text_map(_value), do: :error

  defp well_formed?(0, _value), do: false
  defp well_formed?(type, value) when type in [@tracestate, @baggage], do: text?(value)
  defp well_formed?(@text_map, value), do: split_text_map(value) != :error
  defp well_formed?(type, <<u32::32>>) when type in [@weight, @thinning], do: u32 != 0
  defp well_formed?(type, _value) when type in [@weight, @thinning], do: false
  defp well_formed?(@further, <<t::128, s::64, _flags>>), do: t != 0 and s != 0
  defp well_formed?(@further, _value), do: false
  defp well_formed?(_unknown, _value), do: true

  # R-FIELD-5, R-FIELD-6, R-FIELD-8
  defp in_place?(@tracestate, context), do: context != :no_context
  defp in_place?(type, context) when type in [@weight, @thinning], do: context == :sampled
  defp in_place?(_type, _context), do: true

  # R-FIELD-2, R-FIELD-3: what may stand once.
  defp once(@text_map, value) do
    {:ok, key, _value} = split_text_map(value)
    {@text_map, fold(key)}
  end

  defp once(type, _value) when type in [@tracestate, @baggage, @weight, @thinning], do: type
  defp once(_type, _value), do: nil

  defp text?(""), do: false
  defp text?(text), do: all_text?(text)

  defp all_text?(<<byte, rest::binary>>) when byte == 0x09 or byte in 0x20..0x7E do
    all_text?(rest)
  end

  defp all_text?(rest), do: rest == ""

  defp key?(<<byte, rest::binary>>) when byte in 0x21..0x7E, do: key?(rest)
  defp key?(rest), do: rest == ""

  defp fold(key), do: String.downcase(key, :ascii)
end

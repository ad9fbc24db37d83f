defmodule Glassine.Reading do
  @moduledoc """
  What a message says: its verdict, its payload, and, when it is asked for, what is in its carrier.

  Payload and carrier are parts of the message's binary, which they keep alive; `:binary.copy/1`
  lets it go. The functions that ask for fields look through the carrier once for each question,
  and at no more than 128 fields.

      iex> reading = Glassine.Frame.read(<<0x9E, 1, 0xC1, 0xDE, 0, 1, 0, 0, "hi">>)
      iex> {reading.verdict, reading.payload, Glassine.Reading.decision(reading)}
      {:enveloped, "hi", :unsampled}
  """

  alias Glassine.{Carrier, Context, Field}

  import Bitwise

  @enforce_keys [:verdict, :payload]
  defstruct [
    :verdict,
    :payload,
    :version,
    :fault,
    :header_flags,
    :carrier,
    payload_offset: 0,
    has_ids: false
  ]

  @typedoc "The name of what is wrong, and the offset of the byte where it shows."
  @type fault :: {atom, non_neg_integer}

  @typedoc """
  `header_flags` are the trace flags of the header, and `nil` where it has no decision. `carrier`
  is `nil` where nothing in it may be read.
  """
  @type t :: %__MODULE__{
          verdict: :bare | :enveloped | :unknown_version | :damaged,
          payload: binary,
          payload_offset: non_neg_integer,
          version: 1..8 | nil,
          fault: fault | nil,
          header_flags: byte | nil,
          has_ids: boolean,
          carrier: binary | nil
        }

  @doc """
  Whether the sender says that the trace is recorded. Looks at the header alone (`R-READ-7`): a
  hint that saves work.
  """
  @spec sampled?(t) :: boolean
  def sampled?(%__MODULE__{header_flags: nil}), do: false
  def sampled?(%__MODULE__{header_flags: flags}), do: (flags &&& 1) == 1

  @doc "The ids and flags, if they are usable. O(1)."
  @spec context(t) :: Context.t() | nil
  def context(%__MODULE__{carrier: nil}), do: nil

  def context(%__MODULE__{} = reading) do
    Carrier.context(reading.carrier, reading.has_ids, reading.header_flags)
  end

  @doc "The trace flags that are left when the ids are known (`R-READ-8`). O(1)."
  @spec trace_flags(t) :: byte | nil
  def trace_flags(%__MODULE__{has_ids: true, carrier: carrier} = reading) when carrier != nil do
    if context(reading), do: reading.header_flags
  end

  def trace_flags(%__MODULE__{header_flags: flags}), do: flags

  @doc "The sender's decision, once the ids are known (`R-READ-8`). O(1)."
  @spec decision(t) :: :sampled | :unsampled | nil
  def decision(%__MODULE__{} = reading) do
    case trace_flags(reading) do
      nil -> nil
      flags when (flags &&& 1) == 1 -> :sampled
      _flags -> :unsampled
    end
  end

  @doc "Every field that was read, whether it counts or not, with the offset of its type."
  @spec fields(t) :: [{type :: byte, value :: binary, offset :: non_neg_integer}]
  def fields(%__MODULE__{carrier: nil}), do: []

  def fields(%__MODULE__{} = reading) do
    {fields, _fault} = Carrier.fields(reading.carrier, reading.has_ids)
    fields
  end

  @doc "The fields that count, in the carrier's order (section 5.2)."
  @spec counting_fields(t) :: [Field.t()]
  def counting_fields(%__MODULE__{} = reading) do
    {counting, _faults} = Carrier.judge(fields(reading), context(reading))
    for {type, value, _offset} <- counting, do: {type, value}
  end

  @doc "What is wrong inside the carrier (section 5.3)."
  @spec carrier_faults(t) :: [fault]
  def carrier_faults(%__MODULE__{carrier: nil}), do: []

  def carrier_faults(%__MODULE__{} = reading) do
    {fields, ends} = Carrier.fields(reading.carrier, reading.has_ids)
    {_counting, faults} = Carrier.judge(fields, context(reading))
    zero_ids(reading) ++ faults ++ ends
  end

  @doc "The `tracestate` text that counts."
  @spec tracestate(t) :: String.t() | nil
  def tracestate(reading), do: first(reading, 1)

  @doc "The `baggage` text that counts."
  @spec baggage(t) :: String.t() | nil
  def baggage(reading), do: first(reading, 2)

  @doc "The text-map entries that count, keys as they were sent."
  @spec text_map(t) :: [{String.t(), String.t()}]
  def text_map(reading) do
    for {3, entry} <- counting_fields(reading) do
      {:ok, key, value} = Field.split_text_map(entry)
      {key, value}
    end
  end

  @doc "How many messages this one stands for, if it says so."
  @spec weight(t) :: pos_integer | nil
  def weight(reading), do: u32(first(reading, 4))

  @doc "One in how many receivers of this copy keeps its context, if it went to many."
  @spec thinning(t) :: pos_integer | nil
  def thinning(reading), do: u32(first(reading, 6))

  @doc "Contexts that the message continues as well."
  @spec further_contexts(t) :: [Context.t()]
  def further_contexts(reading) do
    for {5, <<trace_id::128, span_id::64, flags>>} <- counting_fields(reading) do
      %Context{trace_id: trace_id, span_id: span_id, flags: flags}
    end
  end

  defp first(reading, type) do
    Enum.find_value(counting_fields(reading), fn {is, value} -> is == type && value end)
  end

  defp u32(nil), do: nil
  defp u32(<<u32::32>>), do: u32

  defp zero_ids(%{has_ids: true, carrier: <<trace_id::128, span_id::64, _::binary>>}) do
    if(trace_id == 0, do: [{:zero_trace_id, 8}], else: []) ++
      if span_id == 0, do: [{:zero_span_id, 24}], else: []
  end

  defp zero_ids(_reading), do: []
end

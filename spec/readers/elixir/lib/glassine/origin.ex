defmodule Glassine.Origin do
  @moduledoc false
  # Where a message comes from: what its envelope says once a receiver has judged it, as header and
  # carrier again, so that it can be sent on as it is. `nil`: nothing is known.
  #
  # An origin is one of: a context (shape 3) with fields that count, in order, without a thinning;
  # the marker (shape 1) or nothing known (shape 0), each with fields that need no context.

  alias Glassine.{Carrier, Context, Counters, FanOut, Field, Frame, Reading}

  import Bitwise

  @type t :: binary | nil

  @prefix 0x9E01C1DE
  @marker <<@prefix::32, 0, 1, 0::16>>
  @escape <<@prefix::32, 0, 0, 0::16>>

  # Bytes of fields that a reader with the default cap still reads.
  @room 16_384 - 24

  def marker, do: @marker
  def escape, do: @escape

  @doc """
  Judges an envelope for a receiver whose name `name` gives, if it is asked for (R-THIN-1). Most
  envelopes are a context without fields, and are their origin.
  """
  @spec judge(binary, (() -> binary)) :: {Counters.kind(), t}
  def judge(<<@prefix::32, flags, 3, 24::16, trace_id::128, span_id::64>> = envelope, _name)
      when trace_id != 0 and span_id != 0 do
    {if((flags &&& 1) == 1, do: :sampled, else: :unsampled), envelope}
  end

  # One copy for many, without anything else: what thousands of receivers judge.
  def judge(<<@prefix::32, flags, 3, 31::16, trace_id::128, span_id::64, 6, 4::16, n::32>>, name)
      when trace_id != 0 and span_id != 0 and n > 1 and (flags &&& 1) == 1 do
    if FanOut.chosen?(trace_id, nil, name.(), n) do
      {:sampled, <<@prefix::32, flags, 3, 31::16, trace_id::128, span_id::64, 4, 4::16, n::32>>}
    else
      {:not_chosen, <<@prefix::32, flags &&& 0xFE, 3, 24::16, trace_id::128, span_id::64>>}
    end
  end

  def judge(@marker, _name), do: {:marker, @marker}
  def judge(@escape, _name), do: {:undecided, nil}
  def judge(envelope, name), do: judge_any(envelope, name)

  defp judge_any(envelope, name) do
    # The payload is beside the envelope: bytes that are left over are a fault of the carrier's
    # length.
    case Frame.read(envelope) do
      %Reading{verdict: verdict} when verdict in [:bare, :damaged] -> {:damaged, nil}
      %Reading{payload: more} when more != "" -> {:damaged, nil}
      reading -> judge_reading(reading, name, fn _field -> true end)
    end
  end

  @doc "Judges a reading; `admits?` says which fields come in."
  @spec judge_reading(Reading.t(), (() -> binary), (Field.t() -> boolean)) :: {Counters.kind(), t}
  def judge_reading(%Reading{verdict: :unknown_version} = reading, _name, _admits?) do
    {:unknown_version, if(Reading.decision(reading) == :unsampled, do: @marker)}
  end

  def judge_reading(reading, name, admits?) do
    fields = Enum.filter(Reading.counting_fields(reading), admits?)

    case {Reading.context(reading), Reading.decision(reading)} do
      {%Context{} = context, :sampled} -> thin(context, fields, name)
      {%Context{} = context, :unsampled} -> {:unsampled, encode(context, fields)}
      {nil, :unsampled} -> {:marker, encode(:unsampled, fields)}
      # Sampled, but there are no ids to go by: the carrier is above the cap.
      {nil, :sampled} -> {:sampled, nil}
      {nil, nil} -> {:undecided, if(fields != [], do: encode(nil, fields))}
    end
  end

  # R-THIN-1, R-THIN-2, R-THIN-5
  defp thin(context, fields, name) do
    {weight, one_in} = Carrier.weight_and_thinning(Carrier.encode(fields))
    fields = for {type, _} = field <- fields, type != 6, do: field

    cond do
      one_in == 1 ->
        {:sampled, encode(context, fields)}

      FanOut.chosen?(context.trace_id, weight, name.(), one_in) ->
        {:sampled, encode(context, with_weight(fields, FanOut.nested_weight(weight, one_in)))}

      true ->
        context = %{context | flags: context.flags &&& 0xFE}
        {:not_chosen, encode(context, without_weight(fields))}
    end
  end

  @doc "The origin of what a span sends, whose tracer names its context."
  @spec followed_by(t, Context.t()) :: binary
  def followed_by(origin, context) when origin == nil or byte_size(origin) == 8, do: bare(context)
  def followed_by(<<_::48, 24::16, _::binary>>, context), do: bare(context)

  # The same span, as far as the ids go.
  def followed_by(
        <<@prefix::32, flags, 3, _::16, trace_id::128, span_id::64, _::binary>> = origin,
        %Context{trace_id: trace_id, span_id: span_id, flags: flags}
      ) do
    origin
  end

  def followed_by(origin, context) do
    reading = Frame.read(origin)
    before = Reading.context(reading)
    in_trace? = before != nil and before.trace_id == context.trace_id
    sampled? = (context.flags &&& 1) == 1

    goes_on? = fn
      # A weight counts messages, and is of no trace (`R-FAN-3`).
      {4, _weight} -> sampled?
      field -> goes_on?(field, in_trace?)
    end

    encode(context, Enum.filter(Reading.counting_fields(reading), goes_on?))
  end

  # What belongs to the trace goes on within it; baggage belongs to no trace.
  defp goes_on?({2, _baggage}, _in_trace?), do: true
  defp goes_on?({5, _further}, _in_trace?), do: false
  defp goes_on?({type, _value}, in_trace?) when type <= 6, do: in_trace?
  defp goes_on?(unknown, _in_trace?), do: Field.kept_by_relays?(unknown)

  @doc "What of an origin goes with a decision against the trace, or with none."
  @spec without_context(t, :unsampled | nil) :: binary | nil
  def without_context(origin, says) do
    case {fields_without_context(origin), says} do
      {[], nil} -> nil
      {[], :unsampled} -> @marker
      {fields, says} -> encode(says, fields)
    end
  end

  defp fields_without_context(nil), do: []
  defp fields_without_context(<<_::40, 3, 24::16, _::binary>>), do: []

  defp fields_without_context(<<_::40, 3, _::binary>> = origin) do
    Enum.filter(Reading.counting_fields(Frame.read(origin)), &goes_on?(&1, false))
  end

  defp fields_without_context(origin), do: Reading.counting_fields(Frame.read(origin))

  @doc "The same for one copy that goes to many: with a thinning, in its place."
  @spec thinned(binary, pos_integer) :: binary
  def thinned(envelope, 1), do: envelope

  def thinned(<<@prefix::32, flags, 3, 24::16, ids::binary-size(24)>>, one_in) do
    <<@prefix::32, flags, 3, 31::16, ids::binary, 6, 4::16, one_in::32>>
  end

  def thinned(envelope, one_in) do
    reading = Frame.read(envelope)
    fields = [Field.thinning(one_in) | Reading.counting_fields(reading)]
    encode(Reading.context(reading), fields)
  end

  @doc "`thinned/2`, of an envelope that came from elsewhere and may be thinned already."
  @spec thinned_once(binary, pos_integer) :: binary
  def thinned_once(<<@prefix::32, _, 3, 24::16, _::192>> = envelope, one_in) do
    thinned(envelope, one_in)
  end

  def thinned_once(envelope, one_in) do
    reading = Frame.read(envelope)

    if Reading.context(reading) && Reading.thinning(reading) == nil do
      thinned(envelope, one_in)
    else
      envelope
    end
  end

  # Tracing never fails a message: fields that cannot be written cost the fields.
  defp encode(says, fields) do
    with {:error, _refused} <- Frame.encode(says, Glassine.Shorten.shorten(fields, @room)) do
      {:ok, envelope} = Frame.encode(says, [])
      envelope
    else
      {:ok, envelope} -> envelope
    end
  end

  defp bare(%Context{trace_id: trace_id, span_id: span_id, flags: flags}) do
    <<@prefix::32, flags, 3, 24::16, trace_id::128, span_id::64>>
  end

  defp with_weight(fields, weight), do: [Field.weight(weight) | without_weight(fields)]
  defp without_weight(fields), do: for({type, _} = field <- fields, type != 4, do: field)
end

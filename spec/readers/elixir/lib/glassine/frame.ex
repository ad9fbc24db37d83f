defmodule Glassine.Frame do
  @moduledoc """
  Reads and writes frames: messages of a binary channel (sections 4 to 9).

  Reading is total. Every binary is some message, and no byte of a payload is changed or lost.

      iex> context = %Glassine.Context{trace_id: 0xABC, span_id: 0xDEF, flags: 1}
      iex> {:ok, frame} = Glassine.Frame.write(context, [Glassine.Field.weight(10)], "hi")
      iex> reading = Glassine.Frame.read(frame)
      iex> {reading.payload, Glassine.Reading.context(reading), Glassine.Reading.weight(reading)}
      {"hi", %Glassine.Context{trace_id: 0xABC, span_id: 0xDEF, flags: 1}, 10}
      iex> Glassine.Frame.read("hi").verdict
      :bare
  """

  alias Glassine.{Carrier, Context, EncodeError, Field, Reading}

  import Bitwise

  @versions [1, 2, 3, 4, 6, 7, 8]
  @default_cap 16_384
  @max_u16 65_535
  @max_fields 128
  @escape <<0x9E, 1, 0xC1, 0xDE, 0, 0, 0::16>>

  @typedoc "What a frame says: a context, the decision against a trace, or nothing."
  @type says :: Context.t() | :unsampled | nil

  @typedoc "`:cap` is the longest carrier that is looked into, 16,384 unless it is set."
  @type options :: [cap: 0..65_535]

  @doc """
  Reads a message of a mixed channel. O(1): looks at eight bytes, copies none.
  """
  @spec read(binary, options) :: Reading.t()
  def read(message, options \\ []) when is_binary(message) do
    case split(message) do
      {:ok, version, flags, shape, carrier, payload} ->
        cap = Keyword.get(options, :cap, @default_cap)
        enveloped(version, flags, shape, carrier, payload, cap, 8 + byte_size(carrier), 6)

      {:fault, fault} ->
        damaged(message, fault)

      :bare ->
        bare(message)
    end
  end

  @doc """
  Reads a message of a closed or an always channel (section 9), where what cannot be a frame is an
  error. O(1).
  """
  @spec read_strict(binary, :closed | :always, options) ::
          {:ok, Reading.t()} | {:error, Reading.fault()}
  def read_strict(message, mode, options \\ []) when mode in [:closed, :always] do
    with :ok <- strict(message, mode) do
      case read(message, options) do
        %Reading{verdict: :damaged, fault: fault} -> {:error, fault}
        reading -> {:ok, reading}
      end
    end
  end

  @doc """
  Reads the beginning of a message of a mixed channel of which more may arrive (section 9,
  *streams*). `{:incomplete, needs}` says how many bytes of the message the next part needs. At the
  end of a message, use `read/2`.
  """
  @spec read_prefix(binary, options) :: Reading.t() | {:incomplete, pos_integer}
  def read_prefix(arrived, options \\ []) when is_binary(arrived) do
    case split(arrived) do
      :bare when byte_size(arrived) < 4 ->
        if may_become_prefix?(arrived), do: {:incomplete, 4}, else: bare(arrived)

      {:fault, {:truncated_header, _at}} ->
        {:incomplete, 8}

      {:fault, {:carrier_past_end, _at}} ->
        <<_::48, n::16, _::binary>> = arrived
        {:incomplete, 8 + n}

      _complete ->
        read(arrived, options)
    end
  end

  @doc """
  Encodes what goes in front of a payload, in one binary: header and carrier. Fields are put in
  order (`R-WRITE-6`).

      iex> Glassine.Frame.encode(:unsampled, [])
      {:ok, <<0x9E, 1, 0xC1, 0xDE, 0, 1, 0, 0>>}
  """
  @spec encode(says, [Field.t()]) :: {:ok, binary} | {:error, EncodeError.t()}
  def encode(says, fields \\ []) do
    with {:ok, flags, shape, ids, kind} <- head(says),
         :ok <- count(fields),
         :ok <- judge(fields, kind, 0, %{}) do
      assemble(flags, shape, ids, Carrier.encode(List.keysort(fields, 0)))
    end
  end

  @doc """
  Writes a message, sending being on. With nothing to say, only a payload that begins with the
  magic byte gets an envelope: the escape (`R-WRITE-2`).

      iex> Glassine.Frame.write(nil, [], "hi")
      {:ok, "hi"}
  """
  @spec write(says, [Field.t()], binary) :: {:ok, binary} | {:error, EncodeError.t()}
  def write(says, fields, payload) when is_binary(payload) do
    with {:ok, iodata} <- write_iodata(says, fields, payload) do
      {:ok, IO.iodata_to_binary(iodata)}
    end
  end

  @doc "`write/3` without a copy of the payload, for sockets and ports."
  @spec write_iodata(says, [Field.t()], binary) :: {:ok, iodata} | {:error, EncodeError.t()}
  def write_iodata(says, fields, payload) when is_binary(payload) do
    case encode(says, fields) do
      {:ok, @escape} -> {:ok, escape(payload)}
      {:ok, envelope} -> {:ok, [envelope, payload]}
      error -> error
    end
  end

  @doc false
  # The escape rule (R-WRITE-2), for a payload about which there is nothing to say.
  @spec escape(binary) :: iodata
  def escape(<<0x9E, _::binary>> = payload), do: [@escape, payload]
  def escape(payload), do: payload

  @doc """
  Gives a frame the span id of the hop that it goes through (section 8). `:unchanged` where there
  is no usable context.
  """
  @spec reparent(binary, span_id :: integer, options) :: {:ok, binary} | :unchanged
  def reparent(message, span_id, options \\ []) when is_binary(message) do
    reading = read(message, options)

    with %Context{} = context <- Reading.context(reading),
         {:ok, envelope} <- reparented(reading, context, span_id) do
      {:ok, envelope <> reading.payload}
    else
      _nothing_to_change -> :unchanged
    end
  end

  @doc false
  def reparented(_reading, _context, span_id) when span_id not in 1..0xFFFFFFFFFFFFFFFF,
    do: :error

  def reparented(reading, context, span_id) do
    kept = Enum.filter(Reading.counting_fields(reading), &Field.kept_by_relays?/1)
    ids = <<context.trace_id::128, span_id::64>>
    assemble(context.flags, 3, ids, Carrier.encode(kept))
  end

  @doc false
  # Header and carrier apart, or why not. The payload is what follows the carrier.
  @spec split(binary) ::
          :bare
          | {:fault, Reading.fault()}
          | {:ok, 1..8, byte, byte, carrier :: binary, payload :: binary}
  def split(<<0x9E, version, 0xC1, 0xDE, rest::binary>> = message) when version in @versions do
    case rest do
      <<flags, shape, n::16, rest::binary>> ->
        case header_fault(version, flags, shape, n) do
          nil ->
            case rest do
              <<carrier::binary-size(n), payload::binary>> ->
                {:ok, version, flags, shape, carrier, payload}

              _too_short ->
                {:fault, {:carrier_past_end, 6}}
            end

          fault ->
            {:fault, fault}
        end

      _too_short ->
        {:fault, {:truncated_header, byte_size(message)}}
    end
  end

  def split(_message), do: :bare

  # Faults 2 to 7 of section 6, in its order.
  defp header_fault(version, flags, shape, n) do
    cond do
      (shape &&& 0xF0) != 0 -> {:reserved_bits, 5}
      flags != 0 and (shape &&& 1) == 0 -> {:flags_without_decision, 4}
      version != 1 -> nil
      (shape &&& 0x0C) != 0 -> {:unknown_shape, 5}
      shape == 2 -> {:ids_without_decision, 5}
      (flags &&& 1) == 1 and shape != 3 -> {:sampled_without_ids, 4}
      shape == 3 and n < 24 -> {:carrier_too_short, 6}
      true -> nil
    end
  end

  @doc false
  def bare(message), do: %Reading{verdict: :bare, payload: message}

  @doc false
  def damaged(message, fault), do: %Reading{verdict: :damaged, payload: message, fault: fault}

  @doc false
  # Rows 3 to 5 of section 6, for both forms.
  def enveloped(version, flags, shape, carrier, payload, cap, payload_offset, length_offset) do
    reading = %Reading{
      verdict: :enveloped,
      payload: payload,
      payload_offset: payload_offset,
      version: version,
      header_flags: if((shape &&& 1) == 1, do: flags)
    }

    cond do
      version != 1 -> %{reading | verdict: :unknown_version}
      byte_size(carrier) > cap -> %{reading | fault: {:carrier_above_cap, length_offset}}
      true -> %{reading | has_ids: (shape &&& 2) == 2, carrier: carrier}
    end
  end

  # The faults of section 9, byte by byte, before those of section 6.
  defp strict(<<0x9E, version, _::binary>>, _mode) when version not in @versions do
    {:error, {:impossible_version, 1}}
  end

  defp strict(<<0x9E, _, byte, _::binary>>, _mode) when byte != 0xC1 do
    {:error, {:wrong_guard, 2}}
  end

  defp strict(<<0x9E, _, _, byte, _::binary>>, _mode) when byte != 0xDE do
    {:error, {:wrong_guard, 3}}
  end

  defp strict(<<0x9E, _::binary>> = message, _mode) when byte_size(message) < 8 do
    {:error, {:truncated_header, byte_size(message)}}
  end

  defp strict(<<0x9E, _::binary>>, _mode), do: :ok
  defp strict(_message, :closed), do: :ok
  defp strict(_message, :always), do: {:error, {:not_enveloped, 0}}

  defp may_become_prefix?(<<0x9E, version, rest::binary>>) when version in @versions do
    rest in [<<>>, <<0xC1>>]
  end

  defp may_become_prefix?(arrived), do: arrived in [<<>>, <<0x9E>>]

  defp head(%Context{trace_id: trace_id, span_id: span_id, flags: flags} = context) do
    cond do
      trace_id not in 1..0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF -> refuse(:trace_id)
      span_id not in 1..0xFFFFFFFFFFFFFFFF -> refuse(:span_id)
      flags not in 0..0xFF -> refuse(:flags)
      true -> {:ok, flags, 3, <<trace_id::128, span_id::64>>, Carrier.kind(context)}
    end
  end

  defp head(:unsampled), do: {:ok, 0, 1, <<>>, :no_context}
  defp head(nil), do: {:ok, 0, 0, <<>>, :no_context}

  defp count(fields) when length(fields) > @max_fields, do: refuse(:too_many_fields)
  defp count(_fields), do: :ok

  # R-WRITE-7: what a reader would not count.
  defp judge([], _kind, _at, _seen), do: :ok

  defp judge([{type, _value} | _], _kind, at, _seen) when type not in 0..255 do
    refuse(:field_type, at)
  end

  defp judge([{_type, value} | _], _kind, at, _seen) when byte_size(value) > @max_u16 do
    refuse(:value_too_long, at)
  end

  defp judge([field | rest], kind, at, seen) do
    case Field.judge(field, kind) do
      {:error, fault} -> refuse(fault, at)
      {:ok, nil} -> judge(rest, kind, at + 1, seen)
      {:ok, once} when is_map_key(seen, once) -> refuse(:repeated_field, at)
      {:ok, once} -> judge(rest, kind, at + 1, Map.put(seen, once, true))
    end
  end

  defp assemble(flags, shape, ids, fields) do
    case byte_size(ids) + byte_size(fields) do
      n when n > @max_u16 -> refuse(:carrier_too_long)
      n -> {:ok, <<0x9E, 1, 0xC1, 0xDE, flags, shape, n::16, ids::binary, fields::binary>>}
    end
  end

  defp refuse(kind, field \\ nil), do: {:error, %EncodeError{kind: kind, field: field}}
end

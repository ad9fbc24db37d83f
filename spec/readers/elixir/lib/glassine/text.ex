defmodule Glassine.Text do
  @moduledoc """
  Reads and writes the text form, for transports that carry text alone (section 10).

      iex> {:ok, text} = Glassine.Text.write(:unsampled, [], "hi")
      iex> text
      "~glassine;ngHB3gABAAA;hi"
      iex> Glassine.Text.read(text).payload
      "hi"
  """

  alias Glassine.{Context, EncodeError, Field, Frame, Reading}

  import Bitwise

  @prefix "~glassine;"
  @prefix_len 10
  @max_base64 87_391
  @default_cap 16_384
  @escape <<0x9E, 1, 0xC1, 0xDE, 0, 0, 0::16>>

  @doc """
  Reads a message of a mixed text channel. Total. Decodes the carrier, which costs its length; the
  payload is not looked at.
  """
  @spec read(binary, Frame.options()) :: Reading.t()
  def read(message, options \\ [])

  def read(@prefix <> rest = message, options) do
    case decode(message, rest) do
      {:ok, {version, flags, shape, carrier}, payload} ->
        cap = Keyword.get(options, :cap, @default_cap)
        payload_offset = byte_size(message) - byte_size(payload)
        Frame.enveloped(version, flags, shape, carrier, payload, cap, payload_offset, 18)

      {:fault, fault} ->
        Frame.damaged(message, fault)
    end
  end

  def read(message, _options) when is_binary(message), do: Frame.bare(message)

  @doc "Reads a message of a closed or an always text channel."
  @spec read_strict(binary, :closed | :always, Frame.options()) ::
          {:ok, Reading.t()} | {:error, Reading.fault()}
  def read_strict(message, mode, options \\ []) when mode in [:closed, :always] do
    case read(message, options) do
      %Reading{verdict: :damaged, fault: fault} -> {:error, fault}
      %Reading{verdict: :bare} when mode == :always -> {:error, {:not_enveloped, 0}}
      reading -> {:ok, reading}
    end
  end

  @doc """
  Writes a message, sending being on. With nothing to say, only a payload that begins like the text
  form gets an envelope (`R-TEXT-4`). A payload that gets one is UTF-8, or is refused (`R-TEXT-3`).
  """
  @spec write(Frame.says(), [Field.t()], binary) :: {:ok, binary} | {:error, EncodeError.t()}
  def write(says, fields, payload) when is_binary(payload) do
    with {:ok, envelope} <- Frame.encode(says, fields) do
      cond do
        envelope == @escape and not String.starts_with?(payload, @prefix) -> {:ok, payload}
        String.valid?(payload) -> {:ok, encode(envelope, payload)}
        true -> {:error, %EncodeError{kind: :payload_not_text}}
      end
    end
  end

  @doc "`Glassine.Frame.reparent/3` for the text form."
  @spec reparent(binary, span_id :: integer, Frame.options()) :: {:ok, binary} | :unchanged
  def reparent(message, span_id, options \\ []) do
    reading = read(message, options)

    with %Context{} = context <- Reading.context(reading),
         {:ok, envelope} <- Frame.reparented(reading, context, span_id) do
      {:ok, encode(envelope, reading.payload)}
    else
      _nothing_to_change -> :unchanged
    end
  end

  defp encode(envelope, payload) do
    @prefix <> Base.url_encode64(envelope, padding: false) <> ";" <> payload
  end

  # The table of section 10, in its order.
  defp decode(message, rest) do
    with {:ok, encoded, payload} <- until_semicolon(message, rest),
         :ok <- alphabet(encoded, @prefix_len),
         :ok <- whole(encoded),
         {:ok, head} <- header(Base.url_decode64!(encoded, padding: false)) do
      {:ok, head, payload}
    end
  end

  defp until_semicolon(message, rest) do
    case :binary.match(rest, ";", scope: {0, min(byte_size(rest), @max_base64 + 1)}) do
      {at, 1} ->
        <<encoded::binary-size(at), ?;, payload::binary>> = rest
        {:ok, encoded, payload}

      :nomatch ->
        fault(:text_unterminated, min(byte_size(message), @prefix_len + @max_base64))
    end
  end

  defp alphabet(<<char, rest::binary>>, at)
       when char in ?A..?Z or char in ?a..?z or char in ?0..?9 or char in [?-, ?_] do
    alphabet(rest, at + 1)
  end

  defp alphabet("", _at), do: :ok
  defp alphabet(_rest, at), do: fault(:text_alphabet, at)

  # R-TEXT-2: whole bytes, and unused bits 0.
  defp whole(encoded) do
    count = byte_size(encoded)

    unused =
      case rem(count, 4) do
        0 -> 0
        1 -> nil
        2 -> 0b1111
        3 -> 0b11
      end

    cond do
      unused == nil -> fault(:text_length, @prefix_len + count)
      unused == 0 -> :ok
      (six_bits(:binary.last(encoded)) &&& unused) == 0 -> :ok
      true -> fault(:text_unused_bits, @prefix_len + count - 1)
    end
  end

  defp six_bits(char) when char in ?A..?Z, do: char - ?A
  defp six_bits(char) when char in ?a..?z, do: char - ?a + 26
  defp six_bits(char) when char in ?0..?9, do: char - ?0 + 52
  defp six_bits(?-), do: 62
  defp six_bits(?_), do: 63

  defp header(decoded) do
    case Frame.split(decoded) do
      :bare -> fault(:text_not_a_frame, @prefix_len)
      {:fault, {:carrier_past_end, _at}} -> fault(:carrier_past_end, 18)
      {:fault, {kind, at}} -> fault(kind, @prefix_len + div(4 * at, 3))
      {:ok, version, flags, shape, carrier, ""} -> {:ok, {version, flags, shape, carrier}}
      {:ok, _version, _flags, _shape, _carrier, _more} -> fault(:text_carrier_length, 18)
    end
  end

  defp fault(kind, at), do: {:fault, {kind, at}}
end

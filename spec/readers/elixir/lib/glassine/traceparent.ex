defmodule Glassine.Traceparent do
  @moduledoc """
  Reads and writes W3C's `traceparent` texts strictly (section 13), and sieves them.

      iex> text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
      iex> {:ok, context} = Glassine.Traceparent.read(text)
      iex> Glassine.Traceparent.write(context) == text
      true
      iex> Glassine.Traceparent.read("00-42-1-01")
      {:error, {:length, 10}}
  """

  alias Glassine.{Context, Reading}

  import Bitwise

  @zero_trace_id String.duplicate("0", 32)
  @zero_span_id String.duplicate("0", 16)

  @doc """
  The sieve: whether a text says *sampled*, from its last digit of flags alone. O(1), and total: of
  what is no text of this kind it says `false`. An edge that asks it first reads one text in a
  hundred and not a hundred.

      iex> Glassine.Traceparent.sampled?("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")
      false
      iex> Glassine.Traceparent.sampled?(nil)
      false
  """
  @spec sampled?(term) :: boolean
  def sampled?(<<_::binary-size(54), digit, _::binary>>) do
    digit in [?1, ?3, ?5, ?7, ?9, ?b, ?d, ?f]
  end

  def sampled?(_other), do: false

  @doc "Reads a text. Names the first fault, with the offset of its byte."
  @spec read(binary) :: {:ok, Context.t()} | {:error, Reading.fault()}
  def read(text) when byte_size(text) < 55, do: {:error, {:length, byte_size(text)}}

  def read(<<text::binary-size(55), rest::binary>> = whole) do
    with :ok <- characters(text, 0, whole),
         <<version::binary-size(2), ?-, trace_id::binary-size(32), ?-, span_id::binary-size(16),
           ?-, flags::binary>> = text,
         :ok <- ends(version, rest) do
      flags = hex(flags)

      {:ok,
       %Context{
         trace_id: hex(trace_id),
         span_id: hex(span_id),
         flags: if(version == "00", do: flags, else: flags &&& 1)
       }}
    end
  end

  @doc """
  Writes a text of version `00`, with the two flags that W3C defines (`R-W3C-2`), or with *sampled*
  alone for peers that refuse others: `write(context, :sampled)`.
  """
  @spec write(Context.t(), :all | :sampled) :: String.t()
  def write(%Context{} = context, flags \\ :all) do
    mask = if flags == :sampled, do: 1, else: 3
    ids = <<context.trace_id::128, context.span_id::64, context.flags &&& mask>>

    <<trace::binary-size(32), span::binary-size(16), flags::binary>> =
      Base.encode16(ids, case: :lower)

    "00-#{trace}-#{span}-#{flags}"
  end

  defp characters("", _at, _whole), do: :ok

  defp characters(<<byte, rest::binary>>, at, whole) do
    case character(byte, at, whole) do
      :ok -> characters(rest, at + 1, whole)
      fault -> fault
    end
  end

  defp character(?-, at, _whole) when at in [2, 35, 52], do: :ok
  defp character(_byte, at, _whole) when at in [2, 35, 52], do: {:error, {:separator, at}}

  defp character(byte, at, _whole) when byte not in ?0..?9 and byte not in ?a..?f do
    {:error, {:digit, at}}
  end

  # After the last digit of a part, the part.
  defp character(_byte, 1, <<"ff", _::binary>>), do: {:error, {:version, 0}}

  defp character(_byte, 34, <<_::binary-size(3), @zero_trace_id, _::binary>>) do
    {:error, {:zero_trace_id, 3}}
  end

  defp character(_byte, 51, <<_::binary-size(36), @zero_span_id, _::binary>>) do
    {:error, {:zero_span_id, 36}}
  end

  defp character(_byte, _at, _whole), do: :ok

  defp ends(_version, ""), do: :ok
  defp ends(version, <<?-, _::binary>>) when version != "00", do: :ok
  defp ends(_version, _rest), do: {:error, {:length, 55}}

  # Every digit was checked.
  defp hex(digits), do: String.to_integer(digits, 16)
end

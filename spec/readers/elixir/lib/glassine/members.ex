defmodule Glassine.Members do
  @moduledoc """
  Splits the values of `tracestate` and `baggage` into their members (section 13.1).

  A member that breaks W3C's grammar is left out, and costs nothing else. White space around
  members and empty members are skipped.

      iex> Glassine.Members.tracestate("congo=t61r, ,rojo=00f0")
      [{"congo", "t61r"}, {"rojo", "00f0"}]
      iex> Glassine.Members.baggage("tenant=acme;ttl=60,x")
      [{"tenant", "acme", "ttl=60"}]
  """

  @doc "Key and value of each member of a `tracestate`, of which the first 32 parts are looked at."
  @spec tracestate(String.t()) :: [{key :: String.t(), value :: String.t()}]
  def tracestate(text) do
    for part <- parts(text, 32), {key, value} <- pair(part), state?(key, value), do: {key, value}
  end

  @doc """
  Key, value and properties of each member of a `baggage`, of which the first 180 parts are looked
  at. Properties are the text behind the first `;`. Values are not percent-decoded.
  """
  @spec baggage(String.t()) :: [
          {key :: String.t(), value :: String.t(), properties :: String.t()}
        ]
  def baggage(text) do
    for part <- parts(text, 180),
        {member, properties} = split(part, ";"),
        {key, value} <- pair(member),
        {key, value} = {trim(key), trim(value)},
        token?(key) and all?(value, &octet?/1) and properties?(properties) do
      {key, value, trim(properties || "")}
    end
  end

  # R-LIST-1, R-LIST-3
  defp parts(text, most) do
    parts =
      for part <- :binary.split(text, ",", [:global]), part = trim(part), part != "", do: part

    Enum.take(parts, most)
  end

  defp pair(part) do
    case split(part, "=") do
      {_key, nil} -> []
      pair -> [pair]
    end
  end

  # What stands in front of the first and behind it, `nil` if there is none.
  defp split(text, separator) do
    case :binary.split(text, separator) do
      [before, behind] -> {before, behind}
      [whole] -> {whole, nil}
    end
  end

  # R-LIST-4
  defp state?(<<first, _::binary>> = key, value)
       when (first in ?a..?z or first in ?0..?9) and byte_size(key) <= 256 and
              byte_size(value) in 1..256 do
    all?(key, &(&1 in ?a..?z or &1 in ?0..?9 or &1 in ~c"_-*/@")) and
      all?(value, &(&1 in 0x20..0x7E and &1 not in ~c",="))
  end

  defp state?(_key, _value), do: false

  # R-LIST-5
  defp properties?(nil), do: true

  defp properties?(properties) do
    Enum.all?(:binary.split(properties, ";", [:global]), fn property ->
      {key, value} = split(property, "=")
      token?(trim(key)) and all?(trim(value || ""), &octet?/1)
    end)
  end

  defp token?(""), do: false
  defp token?(key), do: all?(key, &token_char?/1)

  # RFC 9110, section 5.6.2
  defp token_char?(char) do
    char in ?a..?z or char in ?A..?Z or char in ?0..?9 or char in ~c"!#$%&'*+-.^_`|~"
  end

  defp octet?(char), do: char in 0x21..0x7E and char not in ~c'",;\\'

  defp all?(<<char, rest::binary>>, test), do: test.(char) and all?(rest, test)
  defp all?("", _test), do: true

  defp trim(text), do: text |> trim_front() |> trim_end()

  defp trim_front(<<char, rest::binary>>) when char in ~c" \t", do: trim_front(rest)
  defp trim_front(text), do: text

  defp trim_end(""), do: ""

  defp trim_end(text) do
    if :binary.last(text) in ~c" \t",
      do: trim_end(binary_part(text, 0, byte_size(text) - 1)),
      else: text
  end
end

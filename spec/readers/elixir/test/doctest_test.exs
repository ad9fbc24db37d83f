defmodule Glassine.DoctestTest do
  use ExUnit.Case, async: true

  doctest Glassine
  doctest Glassine.Context
  doctest Glassine.FanOut
  doctest Glassine.Field
  doctest Glassine.Frame
  doctest Glassine.Members
  doctest Glassine.Reading
  doctest Glassine.Share
  doctest Glassine.Shorten
  doctest Glassine.Text
  doctest Glassine.Traceparent
end

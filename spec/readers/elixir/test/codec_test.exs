defmodule Glassine.CodecTest do
  # What the vectors do not ask: copies, errors in words, shortening.
  use ExUnit.Case, async: true

  import Bitwise

  alias Glassine.{Context, EncodeError, Field, Frame, Reading, Shorten, Text}

  @context %Context{trace_id: 0xA1, span_id: 0xB2, flags: 1}

  test "payload and carrier are parts of the message, not copies" do
    # Of parts up to 64 bytes the virtual machine makes a copy by itself.
    long = Field.baggage("a=" <> String.duplicate("x", 100))
    {:ok, frame} = Frame.write(@context, [long], String.duplicate("x", 1_000))
    reading = Frame.read(frame)
    assert :binary.referenced_byte_size(reading.payload) == byte_size(frame)
    assert :binary.referenced_byte_size(reading.carrier) == byte_size(frame)

    copy = :binary.copy(reading.payload)
    assert :binary.referenced_byte_size(copy) == 1_000
  end

  test "a payload is written without a copy" do
    payload = String.duplicate("x", 1_000)
    assert {:ok, [envelope, ^payload]} = Frame.write_iodata(@context, [], payload)
    assert byte_size(envelope) == 32
    assert {:ok, ^payload} = Frame.write_iodata(nil, [], payload)
    escaped = <<0x9E, payload::binary>>

    assert {:ok, [<<0x9E, 1, 0xC1, 0xDE, 0::32>>, ^escaped]} =
             Frame.write_iodata(nil, [], escaped)
  end

  test "what is refused is named, with the field" do
    long = String.duplicate("x", 65_536)

    for {says, fields, sentence} <- [
          {%{@context | trace_id: 0}, [], "the trace id is 0 or has more than 128 bits"},
          {%{@context | span_id: 1 <<< 64}, [], "the span id is 0 or has more than 64 bits"},
          {%{@context | flags: 256}, [], "the trace flags have more than 8 bits"},
          {nil, [{256, ""}], "the type of a field is not a byte (field 0)"},
          {nil, [{2, "a=1"}, {0, ""}], "the field is malformed (field 1)"},
          {nil, [{1, "a=1"}],
           "the field belongs to a context, or to a sampled one, that is not there (field 0)"},
          {nil, [{3, <<1, "k">>}, {2, "a=1"}, {3, <<1, "K">>}],
           "the field, or its key, stands twice (field 2)"},
          {nil, [{0x60, long}], "the value of the field has more than 65,535 bytes (field 0)"},
          {nil, [{0x60, binary_part(long, 0, 65_533)}], "the carrier has more than 65,535 bytes"},
          {nil, List.duplicate({0x60, ""}, 129), "there are more than 128 fields"}
        ] do
      assert {:error, %EncodeError{} = error} = Frame.encode(says, fields)
      assert Exception.message(error) == sentence
    end

    assert {:error, error} = Text.write(:unsampled, [], <<0xFF>>)
    assert Exception.message(error) == "the payload is not UTF-8"
  end

  test "text frames are re-parented" do
    {:ok, text} = Text.write(@context, [Field.baggage("a=1")], "hi")
    assert {:ok, changed} = Text.reparent(text, 7)
    reading = Text.read(changed)
    assert Reading.context(reading) == %{@context | span_id: 7}
    assert {Reading.baggage(reading), reading.payload} == {"a=1", "hi"}
    assert Text.reparent(text, 0) == :unchanged
    assert Text.reparent("hi", 7) == :unchanged
  end

  # R-LIMIT-2, step by step: with each step there is room for a little less.
  test "things are dropped in the order of the specification" do
    weight = Field.weight(9)
    thinning = Field.thinning(7)
    b3 = Field.text_map("b3", "0")
    uber = Field.text_map("uber", "1")
    private = {0x60, "private"}
    one = Field.further(%{@context | span_id: 1})
    two = Field.further(%{@context | span_id: 2})
    state = Field.tracestate("a=1,b=2")
    all = [state, weight, thinning, Field.baggage("k=1, l=2,m=3"), b3, uber, private, one, two]
    len = 10 + 7 + 7 + 15 + 7 + 9 + 10 + 28 + 28

    for {room, left} <- [
          {len, all},
          {len - 1, List.replace_at(all, 3, Field.baggage("k=1, l=2"))},
          {len - 5, List.replace_at(all, 3, Field.baggage("k=1"))},
          {len - 10, [state, weight, thinning, b3, uber, private, one, two]},
          {len - 16, [state, weight, thinning, b3, private, one, two]},
          {len - 25, [state, weight, thinning, private, one, two]},
          {len - 32, [state, weight, thinning, one, two]},
          {len - 42, [state, weight, thinning, one]},
          {24, [state, weight, thinning]},
          {23, [Field.tracestate("a=1"), weight, thinning]},
          {0, [weight, thinning]}
        ] do
      assert Shorten.shorten(all, room) == left, "room for #{room} bytes"
    end
  end

  test "what is left of a list ends with its last member that fits" do
    for {list, room, left} <- [
          {"a=1 ,b=2", 7, "a=1"},
          {"a=1 ,b=2", 3, "a=1"},
          {"a=1 ,b=2", 2, nil},
          {"a=1,, ,", 6, "a=1"},
          {" ,,a=1", 5, nil},
          {" ,,a=1,b=2", 7, " ,,a=1"}
        ] do
      fields = if left, do: [Field.baggage(left)], else: []
      assert {list, Shorten.shorten([Field.baggage(list)], 3 + room)} == {list, fields}
    end
  end
end

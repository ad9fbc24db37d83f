@0xd1f0c1a2b3e4f506;

struct Envelope {
  traceIdHigh @0 :UInt64;
  traceIdLow @1 :UInt64;
  spanId @2 :UInt64;
  flags @3 :UInt8;
  tracestate @4 :Text;
  baggage @5 :Text;
  payload @6 :Data;
}

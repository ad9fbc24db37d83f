//! How an operation is called so that callgrind finds it; `callgrind.py` reads what it finds.

use std::hint::black_box;

/// How many bytes of carriers an operation reads or writes, for each of which it has a bound.
#[derive(Clone, Copy)]
pub struct Carried(pub usize);

impl Carried {
    /// For operations that have a figure, and not a bound.
    pub const NOTHING: Self = Self(0);
}

/// Calls an operation with an input that is made anew for each call, and is not counted.
pub fn count<I, O>(name: &str, mut input: impl FnMut() -> I, operation: impl Fn(I) -> O) {
    count_on(name, Carried::NOTHING, &mut (), |()| input(), |(), input| operation(input));
}

/// Counts as [`count`] does, for an operation that changes `place`, or that is given a carrier.
pub fn count_on<T: ?Sized, I, O>(
    name: &str,
    carried: Carried,
    place: &mut T,
    mut input: impl FnMut(&mut T) -> I,
    operation: impl Fn(&mut T, I) -> O,
) {
    let calls = if carried.0 == 0 { CALLS } else { CALLS_OF_MANY };
    call(calls, place, &mut input, &operation);
    println!("{name} {}", carried.0);
}

/// Counts an operation that handles so many messages at a time.
pub fn count_messages<T: ?Sized>(
    name: &str,
    messages: u32,
    place: &mut T,
    operation: impl Fn(&mut T),
) {
    let calls = if messages == 1 { CALLS } else { CALLS_OF_MANY };
    call(calls, place, &mut |_| (), &|place, ()| operation(place));
    println!("{name} 0 {messages}");
}

fn call<T: ?Sized, I, O>(
    calls: usize,
    place: &mut T,
    input: &mut impl FnMut(&mut T) -> I,
    operation: &impl Fn(&mut T, I) -> O,
) {
    for _ in 0..calls {
        let input = black_box(input(place));
        black_box(operation_called(black_box(place), input, operation));
    }
    end();
}

/// What is counted: this call and all that it calls. An operation that captures nothing is inlined.
#[inline(never)]
fn operation_called<T: ?Sized, I, O>(
    place: &mut T,
    input: I,
    operation: &impl Fn(&mut T, I) -> O,
) -> O {
    operation(place, input)
}

/// Here callgrind writes down what it has counted, and begins anew.
#[inline(never)]
fn end() {
    black_box(());
}

const CALLS: usize = 100;
/// Fewer, because these are long.
const CALLS_OF_MANY: usize = 2;

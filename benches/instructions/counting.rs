//! How an operation is called so that callgrind finds it.

use std::hint::black_box;

/// Calls an operation with an input that is made anew for each call, and is not counted.
pub(crate) fn count<I, O>(name: &str, mut input: impl FnMut() -> I, operation: impl Fn(I) -> O) {
    count_on(name, 0, &mut (), |()| input(), |(), input| operation(input));
}

/// Counts as [`count`] does, for an operation that writes to `place`, or that has a bound for each
/// of the `len` bytes of its input.
pub(crate) fn count_on<T: ?Sized, I, O>(
    name: &str,
    len: usize,
    place: &mut T,
    mut input: impl FnMut(&mut T) -> I,
    operation: impl Fn(&mut T, I) -> O,
) {
    let calls = if len == 0 { CALLS } else { CALLS_BY_BYTE };
    for _ in 0..calls {
        let input = black_box(input(place));
        black_box(operation_called(black_box(place), input, &operation));
    }
    end();
    println!("{name} {len}");
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
const CALLS_BY_BYTE: usize = 2;

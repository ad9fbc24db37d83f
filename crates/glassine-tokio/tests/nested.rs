//! A fan-out inside a fan-out (specification section 17).

use std::num::NonZeroU32;

use glassine::policy::fan_out_selects;
use glassine::{Origin, TraceContext, Traced};
use glassine_tokio::broadcast;

/// Law 10, `R-FAN-2`: receivers are chosen by the weight that came with the message, and not by the
/// one that it has behind this channel; those that are weigh the product.
#[test]
fn a_broadcast_chooses_by_the_weight_that_came() {
    let ten = NonZeroU32::new(10).unwrap();
    let hundred = NonZeroU32::new(100).unwrap();
    let context: TraceContext =
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap();
    let (sender, first) = broadcast::channel::<(), ()>(1);
    let mut receivers = vec![first];
    receivers.extend((1..100).map(|_| sender.subscribe()));
    sender.forward(Traced::new((), Origin::from(context).fanned_out(ten))).unwrap();

    let names = || (0_u64..100).map(u64::to_be_bytes);
    let selected =
        |weight| names().map(move |name| fan_out_selects(context.trace_id(), weight, &name, ten));
    let received = receivers.iter_mut().map(|receiver| receiver.try_recv().unwrap());
    let weights: Vec<_> = received.map(|traced| traced.origin().weight()).collect();
    let expected = selected(Some(ten)).map(|is_chosen| is_chosen.then_some(hundred));
    assert!(weights.iter().copied().eq(expected), "{weights:?}");
    // The other two seeds choose others.
    assert!(
        selected(Some(ten)).ne(selected(None)) && selected(Some(ten)).ne(selected(Some(hundred)))
    );
}

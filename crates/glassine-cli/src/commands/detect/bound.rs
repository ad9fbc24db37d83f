//! How large a rate may be of which a sample was seen.

/// The upper end of the one-sided 95 % confidence interval for a rate that was seen `seen` times in
/// `of` trials.
///
/// Where nothing was seen this is the rule of three, 3/N (Hanley and Lippman-Hand, JAMA 249, 1983),
/// a little above the exact 1 − 0.05^(1/N). Otherwise it is the exact bound of Clopper and Pearson
/// (Biometrika 26, 1934): the rate at which no more than `seen` would turn up with a probability of
/// 5 %. Both are one-sided: nobody needs to know how small the rate may be.
pub(crate) fn upper_bound(seen: u64, of: u64) -> f64 {
    if seen == 0 {
        return (3.0 / of as f64).min(1.0);
    }
    if seen >= of {
        return 1.0;
    }
    let ln_choose = ln_choose(of, seen);
    let (mut low, mut high) = (seen as f64 / of as f64, 1.0);
    // Each step halves the interval, until it is no wider than the numbers are precise.
    for _ in 0..STEPS {
        let rate = f64::midpoint(low, high);
        if at_most(seen, of, rate, ln_choose) > 0.05 {
            low = rate;
        } else {
            high = rate;
        }
    }
    high
}

/// The probability of no more than `seen` in `of` trials at this rate, which is above `seen / of`:
/// the terms fall from the largest, the first, on.
fn at_most(seen: u64, of: u64, rate: f64, ln_choose: f64) -> f64 {
    let missed = (of - seen) as f64;
    let mut term = (ln_choose + seen as f64 * rate.ln() + missed * (-rate).ln_1p()).exp();
    let mut sum = term;
    for k in (1..=seen).rev() {
        term *= k as f64 / (of - k + 1) as f64 * (1.0 - rate) / rate;
        sum += term;
        if term <= sum * f64::EPSILON {
            break;
        }
    }
    sum
}

/// The logarithm of the number of ways to choose `k` of `n`.
fn ln_choose(n: u64, k: u64) -> f64 {
    let k = k.min(n - k);
    (1..=k).map(|i| ((n - k + i) as f64 / i as f64).ln()).sum()
}

const STEPS: u32 = 100;

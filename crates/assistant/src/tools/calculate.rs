//! `calculate`: arithmetic that is right, with units. It has no clock, no chance and no network, and limits of length and time.

use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::Deserialize;
use sessiond_turns::tool::Tool;

use super::TurnTool;

/// Characters of an expression, and of a result, at most.
const LONGEST: usize = 200;
const RESULT: usize = 2_000;
/// How long one calculation may take. The library looks at it between steps, and no step is long.
const TIME: Duration = Duration::from_millis(500);
/// The stack of a calculation: the library calls itself for each part of an expression.
const STACK: usize = 128 * 1024 * 1024;
/// The characters that an expression may have besides letters and digits. The others define functions, which may call themselves
/// until the stack is full, and shift bits, which is one step however long it takes.
const SIGNS: &str = " _.,+-*/^%!()'\"°²³√×÷−€$£";

/// What to calculate.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(deny_unknown_fields)]
struct Calculate {
    /// The expression, such as `(3 + 4) * 2^10`, `15% of 80`, `sqrt(2) to 5 dp` or `5 ft + 20 cm to m`.
    expression: String,
}

pub(super) fn tool() -> TurnTool {
    Tool::typed(
        "calculate",
        "Calculates exactly: arithmetic, powers, roots, percentages, trigonometry, and units. Use it for every calculation.",
        |_, Calculate { expression }| async move {
            match tokio::task::spawn_blocking(move || calculate(&expression)).await {
                Ok(result) => result,
                Err(_) => Err("It cannot be calculated.".to_owned()),
            }
        },
    )
}

struct Deadline(Instant);

impl fend_core::Interrupt for Deadline {
    fn should_interrupt(&self) -> bool {
        Instant::now() >= self.0
    }
}

/// The value of an expression, or why it has none.
fn calculate(expression: &str) -> Result<String, String> {
    if expression.chars().count() > LONGEST {
        return Err(format!("An expression has {LONGEST} characters at most."));
    }
    if let Some(sign) = expression.chars().find(|char| !char.is_alphanumeric() && !SIGNS.contains(*char)) {
        return Err(format!("{sign:?} cannot be in an expression."));
    }
    let text = std::thread::scope(|scope| {
        let evaluating = || {
            let deadline = Deadline(Instant::now() + TIME);
            fend_core::evaluate_with_interrupt(expression, &mut fend_core::Context::new(), &deadline)
                .map(|result| result.get_main_result().to_owned())
        };
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, evaluating);
        // A panic of the library is its error.
        thread
            .map_err(|error| error.to_string())?
            .join()
            .unwrap_or_else(|_| Err("no reason is known".to_owned()))
    });
    match text {
        Ok(text) if text.chars().count() > RESULT => {
            Err(format!("The result has more than {RESULT} characters. Ask for less of it: `… to 10 sf`."))
        }
        Ok(text) => Ok(text),
        Err(error) if error == "interrupted" => {
            Err(format!("It takes longer than {} ms. Calculate something smaller.", TIME.as_millis()))
        }
        Err(error) => Err(format!("It cannot be calculated: {error}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_have_their_values() {
        for (expression, value) in [
            ("1 + 2 * 3", "7"),
            ("0.1 + 0.2", "0.3"),
            ("2^10", "1024"),
            ("2 ** 10", "1024"),
            ("(3 + 4) * 2", "14"),
            ("15% of 80", "12"),
            ("1e3 + 1", "1001"),
            ("17 mod 5", "2"),
            ("100!/98!", "9900"),
            ("5 ft + 20 cm to m", "1.724 m"),
            ("123456789012345678901234567890 + 1", "123456789012345678901234567891"),
        ] {
            assert_eq!(calculate(expression).as_deref(), Ok(value), "{expression}");
        }
        assert!(calculate("sqrt(2)").unwrap().contains("1.41421356"));
    }

    #[test]
    fn what_cannot_be_calculated_says_why() {
        for expression in
            ["", "1 +", "foo", "1/0", "rm -rf /", "today", "random", "@noapprox", "import os", "roll d6"]
        {
            let result = calculate(expression);
            assert!(result.is_err() || result.as_deref() == Ok(""), "{expression}: {result:?}");
        }
    }

    #[test]
    fn what_would_take_all_time_or_memory_ends() {
        for expression in [
            "9^9^9^9",
            "9^99999999",
            "10^(10^10)",
            "(9^9999)^(9^9999)",
            "9999999!",
            "(1000!)!",
            "3!!!!",
            "2^9999^9999",
            "1e999999999",
            "1/3^9999 + 1/7^9999 + 1/11^9999",
            "0.0000001^9999",
            "sqrt(2)^9999",
            "1 << 99999999999",
            "9**9999**9999**9999",
            "e^9999^9999",
            "(x: x x) (x: x x)",
            "(\\x. x x) (\\x. x x)",
            "(x => x x) (x => x x)",
            "f = f f; f",
            "1 shl 99999999999",
            "fibonacci 99999999",
            "99999999 nCr 999999",
            "999999 nPr 99999",
            "exp(9999999)",
            "1/9999!",
            "1e99999 to binary",
            "2^(2^(2^(2^(2^(2^9)))))",
        ] {
            let began = Instant::now();
            let result = calculate(expression);
            assert!(began.elapsed() < TIME + Duration::from_secs(2), "{expression}: {:?}", began.elapsed());
            assert!(
                result.as_ref().map_or(true, |text| text.len() <= 4 * RESULT),
                "{expression}: {result:?}"
            );
        }
        let nested = format!("{}1{}", "(".repeat(99), ")".repeat(99));
        assert_eq!(calculate(&nested).as_deref(), Ok("1"));
        assert_eq!(calculate(&format!("1{}", "+1".repeat(99))).as_deref(), Ok("100"));
        for part in ["(", "-", "!", "^", "sqrt ", "1^", "1/", "-(", "sin(", "√", "5 m ", "1 to ", "to "] {
            let long = part.repeat(LONGEST / part.chars().count());
            let _ = (calculate(&long), calculate(&format!("{}1", &long[..long.len() - part.len()])));
        }
        assert!(calculate(&"9".repeat(201)).unwrap_err().contains("200 characters"));
    }
}

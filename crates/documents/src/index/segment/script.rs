//! What a character is to the segmentation: the script of a letter, a digit, an emoji.

/// Scripts, as far as their texts are segmented differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    Latin,
    Greek,
    Cyrillic,
    Arabic,
    Hebrew,
    /// Every other script that has spaces between words.
    Spaced,
    /// Han, kana and Bopomofo, which are written without spaces, and mixed.
    Cjk,
    Hangul,
    Thai,
    Lao,
    Khmer,
    Myanmar,
    /// Others of South East Asia without spaces between words.
    Unspaced,
}

impl Script {
    /// Whether its words cannot be told by spaces. Hangul has spaces, but its particles are joined to the words.
    pub(super) fn is_dense(self) -> bool {
        matches!(
            self,
            Self::Cjk | Self::Hangul | Self::Thai | Self::Lao | Self::Khmer | Self::Myanmar | Self::Unspaced
        )
    }
}

/// The script of a letter. What it says of other characters has no meaning.
pub(super) fn script(letter: char) -> Script {
    match letter {
        '\0'..='\u{2AF}'
        | '\u{1D00}'..='\u{1DBF}'
        | '\u{1E00}'..='\u{1EFF}'
        | '\u{2C60}'..='\u{2C7F}'
        | '\u{A720}'..='\u{A7FF}'
        | '\u{AB30}'..='\u{AB6F}' => Script::Latin,
        '\u{370}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}' => Script::Greek,
        '\u{400}'..='\u{52F}'
        | '\u{1C80}'..='\u{1C8F}'
        | '\u{2DE0}'..='\u{2DFF}'
        | '\u{A640}'..='\u{A69F}' => Script::Cyrillic,
        '\u{590}'..='\u{5FF}' => Script::Hebrew,
        '\u{600}'..='\u{6FF}' | '\u{750}'..='\u{77F}' | '\u{870}'..='\u{8FF}' => Script::Arabic,
        '\u{E00}'..='\u{E7F}' => Script::Thai,
        '\u{E80}'..='\u{EFF}' => Script::Lao,
        '\u{1000}'..='\u{109F}' | '\u{A9E0}'..='\u{A9FF}' | '\u{AA60}'..='\u{AA7F}' => Script::Myanmar,
        '\u{1780}'..='\u{17FF}' => Script::Khmer,
        '\u{1950}'..='\u{19DF}'
        | '\u{1A20}'..='\u{1AAF}'
        | '\u{A980}'..='\u{A9DF}'
        | '\u{AA80}'..='\u{AADF}' => Script::Unspaced,
        '\u{1100}'..='\u{11FF}'
        | '\u{3131}'..='\u{318F}'
        | '\u{A960}'..='\u{A97F}'
        | '\u{AC00}'..='\u{D7FF}' => Script::Hangul,
        '\u{2E80}'..='\u{2FDF}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3021}'..='\u{3029}'
        | '\u{3031}'..='\u{3130}'
        | '\u{31A0}'..='\u{31BF}'
        | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{1AFF0}'..='\u{1B16F}'
        | '\u{20000}'..='\u{3FFFF}' => Script::Cjk,
        _ => Script::Spaced,
    }
}

/// The zeros of the digits that are in use; the nine that follow each are its other digits.
const ZEROS: &[char] = &[
    '\u{660}', '\u{6F0}', '\u{7C0}', '\u{966}', '\u{9E6}', '\u{A66}', '\u{AE6}', '\u{B66}', '\u{BE6}',
    '\u{C66}', '\u{CE6}', '\u{D66}', '\u{DE6}', '\u{E50}', '\u{ED0}', '\u{F20}', '\u{1040}', '\u{1090}',
    '\u{17E0}', '\u{1810}', '\u{1946}', '\u{19D0}', '\u{1A80}', '\u{1A90}', '\u{1B50}', '\u{1BB0}',
    '\u{1C40}', '\u{1C50}', '\u{A620}', '\u{A8D0}', '\u{A900}', '\u{A9D0}', '\u{A9F0}', '\u{AA50}',
    '\u{ABF0}',
];

/// The ASCII digit of the same value.
pub(super) fn digit(character: char) -> Option<char> {
    let before = ZEROS.partition_point(|&zero| zero <= character);
    let zero = *ZEROS.get(before.checked_sub(1)?)?;
    char::from_digit(u32::from(character) - u32::from(zero), 10)
}

/// Whether a character is shown as a picture.
pub(super) fn is_emoji(character: char) -> bool {
    matches!(character,
        '\u{2600}'..='\u{27BF}' | '\u{2B05}'..='\u{2B07}' | '\u{2B1B}' | '\u{2B1C}' | '\u{2B50}' | '\u{2B55}'
        | '\u{231A}' | '\u{231B}' | '\u{23E9}'..='\u{23FF}' | '\u{1F000}'..='\u{1FAFF}')
}

/// Whether two of these are one flag.
pub(super) fn is_regional(character: char) -> bool {
    matches!(character, '\u{1F1E6}'..='\u{1F1FF}')
}

/// Whether an emoji changes the colour of the one before it.
pub(super) fn is_tone(character: char) -> bool {
    matches!(character, '\u{1F3FB}'..='\u{1F3FF}')
}

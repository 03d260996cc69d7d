//! Words that say little of what a question is about. In a small collection their number does not tell it.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::segment::{Kind, segment};

/// The most frequent words of some languages, and those that questions begin with.
const WORDS: &str = "
a about all also am an and any are as at be been but by can could did do does for from had has have how i if in into is it its
me my no not of on or our s should so t tell than that the their them then there these they this to was we were what when where
which who why will with would you your
aber als am an auch auf aus bei bin bis da dann das dass dem den der des die doch du ein eine einem einen einer eines er es für
hat ich ihr im in ist ja kann man mein mit nach nicht noch nur ob oder ohne sich sie sind so über um und uns unser vom von
vor wann war warum was welche welchen welcher welches wem wen wenn wer werden wie wieviel wird wir wo wurde zu zum zur
au aux avec ce ces cette combien comment dans de des du elle en est et il ils je la le les leur lui mais ne nous ou ouvert par pas
pour pourquoi quand que quel quelle quelles quels qui sa se ses son sont sur un une vous
al como con cual cuando cuanto cuantos de del donde el en era es esta este fue hay la las lo los mas no para pero por porque que
quien se si sin son su sus un una y
ao aos com da das do dos e ela ele em foi mais na nas no nos o os para pela pelo por quando quanto quem sao seu sua um uma
che chi come con cosa cui da dal dalla de dei del della delle di dove e gli ha il in la le lo nel nella non per piu quale quando
quanto sono un una uno
aan bij dan dat de den der deze die dit een en er het hij hoe hun ik is maar met naar niet of om ook op te tot uit van voor waar
waarom wanneer was wat wie worden zijn zo
bir bu da de icin ile kac kim mi mu nasil ne neden nerede o ve
co czy dla do gdzie i ile jak jaka jaki jakie jest kiedy kto na nie o od po sie to w z za ze
а без бы был была были было в вам вас все вы где да для до его ее если есть еще же за и из или им их к как какая какие какого каков
какой какую когда кто ли мне мы на над не нет но о об он она они от по под при с сколько со так то только у уже чего чем что
чтобы это этот я
αν απο για δεν ειναι εχει η θα και κατα με μεσα μετα μια μου να ο οι οποιο οποιος οταν ου πια ποια ποιες ποιο ποιοι ποιος ποσα
ποσο ποσοι ποτε που πως σε στα στη στην στις στο στον στους τα τη την της τι τις το τον του τους των ως
ال ان او اي اين الي التي الذي الي بين تم ثم حتي عن عند عندما على علي في قد كان كانت كم كيف لا لم لماذا ما ماذا مالذي متي مع من
منذ نحو هذا هذه هل هو هي و يكون
אבל או אז איזה איזו איך אין איפה אל אם אני את באיזו באיזה גם הוא היא היה היתה הם זאת זה היכנ יש כאשר כי כל כמה כנ לא לה למה מה
מהו מהי מי מתי נ על עמ של שמ
इस इसके उस एक और कब कर करता करते करना का कि किस किसने किसी की के को कोई कौन कौनसा क्या क्यों कहाँ कहां कितना कितनी कितने गया जब जो
तक तो था थी थे ने पर भी में यह या ये वह से है हैं हो होता होती होते
什么 是什 怎么 哪里 哪个 哪一 多少 的是 是多 为什 么时 时候 几个 谁是 是谁
です すか ます した でし ませ どこ 何で いつ だれ なに 何を いく くら つで は何 はど はい のは てい しま まし ている
니까 습니 입니 인가 인가요 가요 무엇 엇입 언제 어디 누구 얼마 하는 있는 은 는 이 가 을 를 의 에
อะไร ใคร เมื่อ ที่ไหน ที่ เท่าไร เป็น คือ ของ ใน ได้ และ";

/// Whether a term is one of them.
pub(super) fn is_common(term: &str) -> bool {
    static TERMS: LazyLock<HashSet<String>> = LazyLock::new(|| {
        let mut terms = HashSet::new();
        segment(WORDS, |term, kind| {
            if !matches!(kind, Kind::Single | Kind::Last) {
                terms.insert(term.to_owned());
            }
        });
        terms
    });
    TERMS.contains(term)
}

#[cfg(test)]
mod tests {
    use crate::index::question::Question;

    #[test]
    fn a_word_is_common_as_the_term_that_a_question_has_for_it() {
        for word in ["Where", "über", "какой", "ποιος", "אין", "إلى", "क्या", "เมื่อ", "입니까", "です"]
        {
            let question = Question::new(word);
            assert!(
                !question.groups.is_empty() && question.groups.iter().all(|group| group.is_common),
                "{word}"
            );
        }
        assert!(!Question::new("Ueberschrift").groups[0].is_common);
    }
}

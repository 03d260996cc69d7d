//! Questions whose answers are known, in the scripts of people's files. BM25 has no synonyms: a question shares a word with its
//! answer, often in another form, and other texts share others.

use sessiond_documents::index::Search;

use crate::support::{Session, prose};

/// Facts, and the questions that ask for them. The files of a language have the other facts of it, and texts beside them.
const FACTS: &[(&str, &[(&str, &str)])] = &[
    (
        "en",
        &[
            (
                "The notice period of the Berlin office lease is six months to the end of a quarter.",
                "How long is the notice period for the office in Berlin?",
            ),
            ("Dr. Amelia Hartwell leads the cardiology ward since 2019.", "Who leads cardiology?"),
            (
                "The pump fails above 85 °C because its seal is made of nitrile rubber.",
                "Why does the pump fail when it gets hot?",
            ),
            (
                "Invoice INV-2024-0831 was paid twice, on 3 and on 17 September.",
                "Which invoices were paid twice?",
            ),
            (
                "Travellers may claim 28 euros a day for meals on trips abroad.",
                "daily meal allowance for trips abroad",
            ),
            (
                "parse_header_line() returns None if the colon is missing.",
                "What does parseHeaderLine return without a colon?",
            ),
            (
                "The observatory on Mount Kestrel was built in 1911 by the astronomer Ida Voss.",
                "When did they build the observatory?",
            ),
            (
                "Customers in Norway pay no customs duty on orders below 350 kroner.",
                "customs duty Norwegian orders",
            ),
        ],
    ),
    (
        "de",
        &[
            (
                "Die Kündigungsfrist für die Garage beträgt vier Wochen zum Monatsende.",
                "Welche Kündigungsfristen gelten für Garagen?",
            ),
            (
                "Der Brandschutzbeauftragte heißt Jürgen Weißmüller und sitzt im zweiten Stock.",
                "Wer ist Brandschutzbeauftragter?",
            ),
            (
                "Die Heizung wird am 15. Oktober eingeschaltet und Ende April abgestellt.",
                "Wann schaltet man die Heizungen ein?",
            ),
            (
                "Für Überstunden gibt es einen Zuschlag von 25 Prozent.",
                "Wie hoch ist der Zuschlag bei Ueberstunden?",
            ),
            (
                "Die Straßenbahnlinie 7 fährt wegen Bauarbeiten nur bis Schlossplatz.",
                "Wie weit fährt die Strassenbahnlinie 7?",
            ),
            (
                "Das Passwort für den Drucker liegt im Tresor der Buchhaltung.",
                "Wo liegt das Druckerpasswort? Passwort Drucker",
            ),
        ],
    ),
    (
        "ru",
        &[
            (
                "Договор аренды склада действует до 31 марта 2027 года.",
                "До какого числа действует договор аренды склада?",
            ),
            ("Главный инженер завода — Наталья Воробьёва.", "Кто главный инженер на заводе?"),
            (
                "Отпуск сотрудников оплачивается за три дня до его начала.",
                "Когда оплачивают отпуска сотрудникам?",
            ),
            (
                "Температура плавления сплава составляет 1420 градусов.",
                "При какой температуре плавится сплав?",
            ),
            ("Музей закрыт по понедельникам и в праздничные дни.", "В какие дни закрыты музеи?"),
            ("Груз задержали на таможне из-за неверного кода товара.", "Почему груз задержан таможней?"),
        ],
    ),
    (
        "el",
        &[
            (
                "Η εγγύηση του πλυντηρίου ισχύει για τρία χρόνια από την αγορά.",
                "Πόσα χρόνια ισχύει η εγγύηση για το πλυντήριο;",
            ),
            (
                "Ο διευθυντής της βιβλιοθήκης είναι ο Νίκος Παπαδόπουλος.",
                "Ποιος είναι διευθυντής στη βιβλιοθήκη;",
            ),
            ("Το πλοίο για τη Νάξο αναχωρεί κάθε πρωί στις επτά.", "Πότε αναχωρούν τα πλοία για Νάξο;"),
            (
                "Η συνταγή χρειάζεται διακόσια γραμμάρια αλεύρι και δύο αυγά.",
                "ΠΟΣΟ ΑΛΕΥΡΙ ΧΡΕΙΑΖΕΤΑΙ Η ΣΥΝΤΑΓΗ",
            ),
            (
                "Ο φόρος ακινήτων πληρώνεται σε πέντε δόσεις.",
                "Σε πόσες δόσεις πληρώνονται οι φόροι ακινήτων;",
            ),
        ],
    ),
    (
        "ar",
        &[
            ("مدة العقد سنتان قابلة للتجديد بموافقة الطرفين.", "ما هي مدة عقد الإيجار؟ العقد"),
            ("مديرة المستشفى هي الدكتورة ليلى منصور.", "من هي مديرة مستشفى المدينة؟"),
            ("يُغلق المتحف أبوابه يوم الثلاثاء من كل أسبوع.", "متى يغلق متحف المدينة؟"),
            ("سعر التذكرة للطلاب عشرون ديناراً.", "كم سعر تذكرة الطلاب؟"),
            ("تأخرت الشحنة بسبب إضراب عمال الميناء.", "لماذا تأخرت شحنة البضائع؟"),
            ("تبلغ سعة الخزان ٥٠٠ لتر من الماء.", "خزان 500 لتر"),
        ],
    ),
    (
        "he",
        &[
            ("תקופת ההודעה המוקדמת בחוזה היא שלושים יום.", "כמה ימים הודעה מוקדמת יש בחוזה?"),
            ("מנהלת הספרייה היא רונית אברהמי.", "מי מנהלת את הספרייה?"),
            ("הרכבת לחיפה יוצאת מרציף ארבע בכל חצי שעה.", "מאיזה רציף יוצאת רכבת לחיפה?"),
            ("המשכורת משולמת בתשיעי לכל חודש.", "מתי משולמות משכורות?"),
            ("צה״ל פרסם את נוהל הגיוס החדש.", "נוהל גיוס של צה\"ל"),
        ],
    ),
    (
        "hi",
        &[
            ("किराये का अनुबंध ग्यारह महीने के लिए मान्य है।", "किराये का अनुबंध कितने महीनों के लिए मान्य होता है?"),
            ("अस्पताल की मुख्य चिकित्सक डॉक्टर मीरा शर्मा हैं।", "अस्पताल की मुख्य चिकित्सक कौन हैं?"),
            ("पुस्तकालय रविवार को बंद रहता है।", "पुस्तकालय किस दिन बंद रहता है?"),
            ("पानी की टंकी की क्षमता ७५० लीटर है।", "टंकी की क्षमता 750 लीटर"),
            ("बिजली का बिल हर महीने की दस तारीख तक जमा करें।", "बिजली बिल कब तक जमा करना है?"),
        ],
    ),
    (
        "zh",
        &[
            ("办公室租约的通知期为三个月。", "租约的通知期是多久？"),
            ("王丽华自二〇一八年起担任心脏科主任。", "谁是心脏科的主任？"),
            ("图书馆每逢星期二闭馆。", "图书馆哪天闭馆？"),
            ("出差餐费补贴为每天一百五十元。", "出差的餐费每天补贴多少钱？"),
            ("货物因报关编码错误在海关滞留。", "货物为什么被海关滞留？"),
            ("使用Python脚本parse_log.py可以导出日志。", "用哪个Python脚本导出日志？"),
        ],
    ),
    (
        "ja",
        &[
            ("倉庫の賃貸契約は2027年3月31日まで有効です。", "倉庫の契約はいつまで有効ですか？"),
            ("図書館の館長は田中美咲さんです。", "図書館の館長は誰ですか？"),
            ("ポンプは摂氏85度を超えると故障します。", "ポンプが故障するのは何度からですか？"),
            ("残業手当は基本給の二割五分増しです。", "残業の手当はいくらですか？"),
            ("ﾌﾟﾘﾝﾀのパスワードは経理の金庫にあります。", "プリンタのパスワードはどこですか？"),
        ],
    ),
    (
        "ko",
        &[
            ("창고 임대차 계약은 2027년 3월 31일까지 유효합니다.", "창고 계약은 언제까지 유효한가요?"),
            ("도서관장은 김민서 씨입니다.", "도서관장의 이름은 무엇입니까?"),
            ("박물관은 매주 월요일에 문을 닫습니다.", "박물관이 쉬는 요일은?"),
            ("출장 식비는 하루에 삼만 원까지 지급됩니다.", "출장 중 식비를 얼마까지 받나요?"),
        ],
    ),
    (
        "th",
        &[
            ("สัญญาเช่าโกดังมีผลถึงวันที่ 31 มีนาคม 2570", "สัญญาเช่าโกดังหมดอายุเมื่อไร"),
            ("ห้องสมุดปิดทุกวันจันทร์", "ห้องสมุดปิดวันไหน"),
            ("ผู้อำนวยการโรงพยาบาลคือคุณสมหญิง ใจดี", "ใครเป็นผู้อำนวยการโรงพยาบาล"),
            ("ค่าอาหารระหว่างเดินทางวันละห้าร้อยบาท", "ค่าอาหารตอนเดินทางได้เท่าไร"),
        ],
    ),
];

/// Texts of each language that answer none of the questions, though they have words of them.
const OTHERS: &[(&str, &[&str])] = &[
    (
        "en",
        &[
            "The office was painted again in spring, and the lease of the copier was paid.",
            "How long a trip is depends on the traffic; who leads is not known.",
            "An orders list is kept for each day of the month.",
            "Why the seal was moved nobody knows.",
        ],
    ),
    (
        "de",
        &[
            "Die Garage wurde gestrichen, und der Stock ist wie neu.",
            "Wer heute im Haus ist, trägt sich in die Liste ein.",
            "Für die Linie gilt ein Plan, der am Monatsende erscheint.",
            "Das Schloss liegt weit im Wald.",
        ],
    ),
    (
        "ru",
        &[
            "Склад покрасили весной, и сотрудники довольны.",
            "Завод работает в две смены, кто пришёл первым, включает свет.",
            "До начала года осталось три дня.",
            "Товары лежат на полках по алфавиту.",
        ],
    ),
    (
        "el",
        &[
            "Η αγορά ανοίγει το πρωί και κλείνει το βράδυ.",
            "Ο κήπος έχει δύο δέντρα και πέντε γλάστρες.",
            "Το βιβλίο είναι στη δεύτερη σειρά.",
            "Τα χρόνια περνούν για όλους.",
        ],
    ),
    (
        "ar",
        &[
            "المدينة هادئة في الصباح والناس في السوق.",
            "كل أسبوع نزور الحديقة مع الطلاب.",
            "الماء بارد في هذا الشهر.",
            "من يصل أولاً يفتح الباب.",
        ],
    ),
    (
        "he",
        &[
            "העיר שקטה בבוקר והאנשים בשוק.",
            "כל חודש אנחנו מבקרים בגן.",
            "יום יפה היה אתמול בחוף.",
            "מי שמגיע ראשון פותח את הדלת.",
        ],
    ),
    (
        "hi",
        &[
            "शहर सुबह शांत रहता है और लोग बाज़ार में हैं।",
            "हर महीने हम बगीचे जाते हैं।",
            "पानी आज ठंडा है।",
            "जो पहले आता है वह दरवाज़ा खोलता है।",
        ],
    ),
    (
        "zh",
        &["城市的早晨很安静，人们在市场里。", "每天我们都去公园散步。", "今天的水很冷。", "谁先到谁开门。"],
    ),
    (
        "ja",
        &[
            "朝の町は静かで、人々は市場にいます。",
            "毎日公園を散歩します。",
            "今日の水は冷たいです。",
            "最初に来た人がドアを開けます。",
        ],
    ),
    (
        "ko",
        &[
            "아침의 도시는 조용하고 사람들은 시장에 있습니다.",
            "매일 공원을 산책합니다.",
            "오늘은 물이 차갑습니다.",
            "먼저 오는 사람이 문을 엽니다.",
        ],
    ),
    ("th", &["เมืองเงียบในตอนเช้าและผู้คนอยู่ในตลาด", "ทุกวันเราเดินเล่นในสวน", "วันนี้น้ำเย็นมาก", "ใครมาถึงก่อนเปิดประตู"]),
];

/// How many of the questions have their answer among the first passages.
fn recall(session: &Session, among: usize) -> (usize, usize, Vec<String>) {
    let (mut found, mut asked, mut missed) = (0, 0, Vec::new());
    for (language, facts) in FACTS {
        for (number, (_, question)) in facts.iter().enumerate() {
            asked += 1;
            let passages = session.index.search(question, &Search { limit: among, files: None }).unwrap();
            if passages.iter().any(|found| found.passage.text.contains(facts[number].0)) {
                found += 1;
            } else {
                missed.push(format!("{language}: {question}"));
            }
        }
    }
    (found, asked, missed)
}

/// Files of a language with a fact each, and others. Single words of the facts are all over them.
fn corpus(copies: usize) -> Session {
    let mut session = Session::new();
    let mut random = 7_usize;
    let mut below = |end: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % end
    };
    for ((language, facts), (_, others)) in FACTS.iter().zip(OTHERS) {
        let words: Vec<String> = facts.iter().flat_map(|(fact, _)| words(fact)).collect();
        for copy in 0..copies {
            for (number, (fact, _)) in facts.iter().enumerate() {
                let mut text = String::new();
                for place in 0..48 {
                    text.push_str(others[below(others.len())]);
                    text.push_str([" ", " ", "\n", "\n\n"][below(4)]);
                    for _ in 0..below(3) {
                        text.push_str(&words[below(words.len())]);
                        text.push(' ');
                    }
                    if place == 24 && copy == 0 {
                        text.push_str(&format!("\n\n{fact}\n\n"));
                    }
                }
                let id = format!("{language}-{number}-{copy}");
                session.index.add(&id, &format!("{id}.txt"), &prose(&text)).unwrap();
            }
        }
    }
    session
}

/// The words of a sentence; pieces of one that has no spaces.
fn words(sentence: &str) -> impl Iterator<Item = String> {
    let mut words = Vec::new();
    for word in sentence.split_whitespace() {
        let characters: Vec<char> = word.chars().collect();
        let is_spaced = sentence.split_whitespace().count() > 4;
        let pieces = if is_spaced { characters.len().max(1) } else { 3 };
        words.extend(characters.chunks(pieces).map(|piece| piece.iter().collect()));
    }
    words.into_iter()
}

#[test]
fn the_answer_is_among_the_first_five_passages() {
    assert!(FACTS.iter().zip(OTHERS).all(|(facts, others)| facts.0 == others.0));
    let session = corpus(3);
    let (found, asked, missed) = recall(&session, 5);
    let (first, ..) = recall(&session, 1);
    println!("recall@5: {found} of {asked}, recall@1: {first} of {asked}; missed: {missed:#?}");
    assert_eq!(asked, 60);
    assert!(found >= 58, "{found} of {asked}: {missed:#?}");
    assert!(first >= 44, "{first} of {asked} at once");
}

"""Common given and family names by origin, the most common first, and how people get them wrong."""

from random import Random
from typing import Final

from hub.synthetic.randomness import Weighted, between, pick, pick_common

Names = tuple[str, ...]


def _words(text: str) -> Names:
    return tuple(text.split())


_GIRLS: Final[dict[str, Names]] = {
    "british": _words(
        """
        Olivia Amelia Isla Ava Ella Grace Emily Mia Lily Freya Sophie Jessica Chloe Evie Poppy
        Ruby Daisy Charlotte Sophia Alice Florence Sienna Matilda Rosie Phoebe Millie Isabelle
        Erin Megan Lucy Holly Abigail Imogen Eleanor Scarlett Maisie Summer Lola Ellie Zara
        Layla Lexi Amber Bethany Leah Hannah Lacey Skye Paige Courtney Shannon Jasmine Georgia
        Molly Caitlin Amy Katie Libby Niamh Zoë Keira Tia Demi Kayla Ellie-Mae Lily-Rose Gracie
        Harriet Heidi Tilly Faith Hope Eve Martha Nicole Naomi Rebecca Rachel Elizabeth Victoria
        Anna Laura Robyn Lauren Maddison Madison Aaliyah Kiera Tegan Brooke
        """
    ),
    "irish": _words(
        "Aoife Ciara Saoirse Róisín Niamh Orla Sinead Caoimhe Bridget Kathleen Mary Margaret "
        "Nora Clodagh Shauna Kelly Tara Maeve"
    ),
    "eastern-european": _words(
        "Maria Julia Zuzanna Maja Lena Zofia Natalia Wiktoria Aleksandra Oliwia Nikola Andreea "
        "Elena Ioana Alexandra Daria Gabriela Anastasia Kamila Karolina Patrycja Emilia Bianca "
        "Denisa Larisa Roxana Petra Viktoria"
    ),
    "albanian": _words(
        "Arta Elira Ajla Sara Ardita Erisa Klea Melisa Amelia Enisa Dafina Blerta Era Kejsi"
    ),
    "muslim-south-asian": _words(
        "Aisha Fatima Maryam Zainab Khadija Hafsa Ayesha Amina Sumaiya Inaya Iqra Hira Alisha "
        "Sana Mahnoor Noor Zoya Anaya Safa Ruqayyah Humaira Nabila Farhana Tasnim Sadia"
    ),
    "indian": _words(
        "Priya Anaya Diya Aanya Riya Simran Jasleen Harleen Kiran Meera Isha Kavya Pooja Nisha "
        "Manpreet Gurleen Saanvi Aditi"
    ),
    "middle-eastern": _words(
        "Sara Zahra Fatima Mariam Layla Nour Yasmin Parisa Shirin Rojin Hana Rania Lina Dilan "
        "Avin Samira Nazanin Farzana"
    ),
    "horn-of-africa": _words(
        "Hodan Ayaan Hamda Ifrah Sagal Nasra Asha Selam Feven Rahel Bethlehem Hanna Saba Luwam "
        "Semhar Amal Hibaq Zahra"
    ),
    "west-african": _words(
        "Esther Blessing Deborah Grace Favour Precious Ama Abena Adaeze Chiamaka Temitope Tolu "
        "Ifeoma Mercy Ruth Akosua Simisola Zainab Aminata Fatou"
    ),
    "east-asian": _words("Linh Mai Thao Huong Lan Jing Mei Xin Yan Hui Trang Ngoc Anh Li"),
}

_BOYS: Final[dict[str, Names]] = {
    "british": _words(
        """
        Oliver Jack Harry George Noah Charlie Jacob Alfie Freddie Oscar Leo Logan Archie Theo
        Thomas James Joshua Henry William Max Lucas Ethan Arthur Isaac Harrison Joseph Finley
        Samuel Daniel Alexander Edward Dylan Tyler Riley Reuben Toby Luca Mason Jake Jamie
        Callum Connor Kieran Liam Ryan Bradley Jayden Kai Kyle Aaron Adam Ashton Bailey Billy
        Bobby Brandon Cameron Corey Curtis Declan Ellis Elliot Frankie Gabriel Harvey Hugo Jude
        Jenson Kaden Kian Leon Levi Lewis Louie Luke Marcus Matthew Michael Morgan Nathan Owen
        Reece Rhys Robert Ronnie Rory Sebastian Sonny Stanley Teddy Tommy Zac Zachary Tommy-Lee
        """
    ),
    "irish": _words(
        "Sean Patrick Conor Cian Oisín Fionn Darragh Eoin Cormac Martin John Michael Miley "
        "Shane Padraig Brendan Dermot Niall"
    ),
    "eastern-european": _words(
        "Jakub Kacper Szymon Filip Oskar Dawid Mateusz Bartosz Dominik Igor Alexandru Andrei "
        "Stefan David Mihai Ionut Florin Denis Nikolas Adrian Marian Robert Kevin Wojciech "
        "Krystian Patryk Tomas Lukas"
    ),
    "albanian": _words(
        "Ardit Klajdi Ermal Besnik Erion Elvis Fatjon Genti Kristi Mario Olsi Xhulio Arber "
        "Endrit Redon Gerti"
    ),
    "muslim-south-asian": _words(
        "Mohammed Muhammad Ibrahim Yusuf Ahmed Ali Hamza Umar Bilal Zain Adam Haris Hassan "
        "Hussain Ayaan Zayan Rayyan Ismail Abdullah Tahir Imran Sami Faisal Tariq Shakil Rahim "
        "Kamran Usman"
    ),
    "indian": _words(
        "Arjun Rohan Aarav Vihaan Krishna Dev Karan Gurpreet Jaspreet Harpreet Amrit Rahul Ravi "
        "Nikhil Ishaan Manraj Sahib Yash"
    ),
    "middle-eastern": _words(
        "Mohammad Ahmad Ali Hassan Hussein Omid Farhad Zabiullah Najib Abdul Rahmat Karwan Rebin "
        "Aram Saman Shwan Reza Amir Mehdi Yousef Khalid Samir Hamid Ibrahim Mustafa Zaher "
        "Jawad Esmat"
    ),
    "horn-of-africa": _words(
        "Abdi Mohamed Ahmed Yonas Filmon Robel Samuel Dawit Abel Henok Mebrahtu Yusuf Ismail "
        "Abdirahman Liban Ayub Khalid Hassan Adam Idris Mustafa Kibrom Merhawi Bereket"
    ),
    "west-african": _words(
        "Emmanuel David Daniel Samuel Joshua Tobi Ayo Kwame Kofi Kojo Chidi Emeka Femi Kelechi "
        "Segun Ebenezer Prince Elijah Ousmane Lamin Mamadou Ibrahim"
    ),
    "east-asian": _words("Minh Duc Tuan Hung Long Nam Wei Jun Hao Ming Quang Thanh Bao Son"),
}

_SURNAMES: Final[dict[str, Names]] = {
    "british": _words(
        """
        Smith Jones Williams Taylor Brown Davies Evans Wilson Thomas Johnson Roberts Robinson
        Thompson Wright Walker White Edwards Hughes Green Hall Lewis Harris Clarke Jackson Wood
        Turner Martin Cooper Hill Ward Morris Moore Clark Lee King Baker Harrison Morgan Allen
        James Scott Phillips Watson Davis Parker Price Bennett Young Griffiths Mitchell Kelly
        Cook Carter Richardson Bailey Collins Bell Shaw Murphy Miller Cox Richards Marshall
        Anderson Simpson Ellis Adams Wilkinson Foster Webb Powell Mills Campbell Gray Chapman
        Palmer Holmes Rogers Knight Stevens Hunt Mason Barnes Lloyd Butler Russell Barker Fisher
        Jenkins Reid Stewart Graham Murray Dixon Harvey Pearson Hunter Fox Gibson Lawrence
        Elliott Walsh Andrews Fletcher Gordon Payne Burton Booth Reynolds West Day Saunders Ford
        Hart Dawson Hayes Rose Spencer Nicholson Cole Dean Lowe Bradley Wells Barrett Grant
        Rhodes Burgess Hudson Holland Francis Matthews Poole Potter Sutton Bird Bishop Wade
        Gilbert Lane Pearce Parsons Newton Goodwin Hardy Sharp Barton Cross Frost Atkins Perry
        Kent Bolton Steele Winter Ball Howe Marsh Stone Tucker Wheeler
        """
    ),
    "irish": _words(
        "Murphy O'Brien Kelly Walsh Ryan O'Connor Doherty McCarthy Connors Ward Gallagher Quinn "
        "Byrne McDonagh O'Neill Reilly Maughan Doran Lynch Nolan Cash Joyce"
    ),
    "eastern-european": _words(
        "Nowak Kowalski Wisniewski Popescu Ionescu Popa Radu Dumitru Kowalczyk Zielinski Kaminski "
        "Lewandowski Novak Horvath Balog Varga Kovac Petrov Ivanova Stan Munteanu Kazlauskas "
        "Jankauskas Ozols Gheorghe Lakatos Mazur Krol"
    ),
    "albanian": _words(
        "Hoxha Shehu Prifti Dervishi Gjoka Cela Leka Murati Kola Hysa Marku Lleshi Rexha "
        "Halili Bajrami Krasniqi"
    ),
    "muslim-south-asian": _words(
        "Khan Ahmed Hussain Ali Begum Mahmood Iqbal Akhtar Miah Rahman Malik Shah Hassan Uddin "
        "Chowdhury Bibi Mirza Rashid Islam Aziz Choudhury Butt Qureshi Raja Saleem Bashir "
        "Yaqoob Kauser"
    ),
    "indian": _words(
        "Patel Singh Kaur Sharma Shah Gill Kumar Sandhu Dhillon Mistry Bains Rai Chauhan Joshi "
        "Desai Grewal Nair Reddy"
    ),
    "middle-eastern": _words(
        "Ahmadi Rahimi Karimi Hosseini Mohammadi Noori Ahmadzai Stanikzai Safi Hamid Aziz Rostami "
        "Moradi Salih Hussein Al-Hassan Kareem Omar Rasul Jabbar Amini Haidari Sultani Qaderi "
        "Barzani Ibrahimi"
    ),
    "horn-of-africa": _words(
        "Mohamed Ali Hassan Abdi Omar Tesfay Gebremedhin Haile Tekle Berhane Kidane Abraha Osman "
        "Adam Ibrahim Yusuf Warsame Jama Farah Habte Weldu Mehari Idris Ismail"
    ),
    "west-african": _words(
        "Mensah Adeyemi Okafor Owusu Boateng Asante Okonkwo Balogun Adebayo Osei Appiah Eze "
        "Ogunleye Bello Addo Nwosu Sesay Kamara Bangura Jallow Ceesay Diallo Kargbo"
    ),
    "east-asian": _words("Nguyen Tran Le Pham Chen Wang Li Zhang Lin Hoang Vu Liu Wong Huang"),
}

# Short forms that police are told over the telephone.
_SHORT: Final = {
    "Alexander": "Alex",
    "Bethany": "Beth",
    "Abigail": "Abi",
    "Benjamin": "Ben",
    "Cameron": "Cam",
    "Daniel": "Dan",
    "Edward": "Ted",
    "Eleanor": "Ellie",
    "Elizabeth": "Lizzie",
    "Jessica": "Jess",
    "Joseph": "Joe",
    "Joshua": "Josh",
    "Katie": "Kate",
    "Madison": "Maddie",
    "Matthew": "Matt",
    "Megan": "Meg",
    "Michael": "Mike",
    "Mohammed": "Mo",
    "Nathan": "Nate",
    "Oliver": "Ollie",
    "Olivia": "Liv",
    "Patrick": "Paddy",
    "Rebecca": "Becky",
    "Robert": "Rob",
    "Samuel": "Sam",
    "Thomas": "Tom",
    "Victoria": "Vicky",
    "William": "Will",
    "Zachary": "Zac",
}

# Spellings of one sound: the second is written for the first.
_SOUNDS: Final = (
    ("ou", "u"),
    ("ee", "i"),
    ("ss", "s"),
    ("mm", "m"),
    ("kh", "k"),
    ("q", "k"),
    ("y", "i"),
    ("o", "u"),
    ("e", "i"),
    ("a", "e"),
)

_ORIGINS: Final[dict[str, Weighted[str]]] = {
    "WBRI": Weighted(("british", 96), ("irish", 4)),
    "WIRI": Weighted(("irish", 1)),
    "WIRT": Weighted(("irish", 1)),
    "WOTH": Weighted(("eastern-european", 80), ("albanian", 20)),
    "WROM": Weighted(("eastern-european", 1)),
    "AIND": Weighted(("indian", 1)),
    "APKN": Weighted(("muslim-south-asian", 1)),
    "ABAN": Weighted(("muslim-south-asian", 1)),
    "AOTH": Weighted(("middle-eastern", 60), ("east-asian", 25), ("muslim-south-asian", 15)),
    "BAFR": Weighted(("west-african", 60), ("horn-of-africa", 40)),
    "CHNE": Weighted(("east-asian", 1)),
    "OOTH": Weighted(("middle-eastern", 75), ("albanian", 25)),
    "MWAS": Weighted(("british", 70), ("muslim-south-asian", 20), ("indian", 10)),
    "MWBA": Weighted(("british", 70), ("west-african", 30)),
}
_MOSTLY_BRITISH: Final = Weighted(("british", 97), ("irish", 3))


def origin_of(random: Random, ethnicity: str) -> str:
    """Return where the names of a child of an ethnic group come from."""
    return _ORIGINS.get(ethnicity, _MOSTLY_BRITISH).draw(random)


def forename(random: Random, origin: str, *, girl: bool) -> str:
    """Return a given name."""
    return pick_common(random, (_GIRLS if girl else _BOYS)[origin])


def surname(random: Random, origin: str) -> str:
    """Return a family name, now and then a double one."""
    name = pick_common(random, _SURNAMES[origin])
    if origin != "british" or random.random() > 0.04:
        return name
    return f"{name}-{pick(random, _SURNAMES[origin])}"


def short_form(name: str) -> str:
    """Return the short form of a forename; the name itself if it has none."""
    return _SHORT.get(name, name)


def misspelt(random: Random, name: str) -> str:
    """Return a name with one letter dropped, doubled, replaced or exchanged with its neighbour."""
    place = between(random, 1, len(name) - 1) if len(name) > 1 else 0
    before, letter, after = name[:place], name[place], name[place + 1 :]
    match between(random, 0, 3):
        case 0 if len(name) > 2:
            return before + after
        case 1:
            return before + letter + letter + after
        case 2 if after:
            return before + after[0] + letter + after[1:]
        case _:
            return before + pick(random, "aeinrst") + after


def respelt(random: Random, name: str) -> str:
    """Return another spelling of the same sound, as transliterations differ."""
    start = between(random, 0, len(_SOUNDS) - 1)
    for one, other in _SOUNDS[start:] + _SOUNDS[:start]:
        if one in name[1:]:
            return name[0] + name[1:].replace(one, other, 1)
    return name + "h"

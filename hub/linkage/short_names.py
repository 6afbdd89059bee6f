"""Short and familiar forms of forenames common in England; a form may belong to several names."""

from typing import Final

_FORMS: Final = """
abdul: abdi | abdullah: abdul abdulla abdallah | abdirahman: abdi abdirahmaan abdurrahman
abigail: abi abbie abby gail | adam: adi | agnes: aggie | alan: al allan allen
albert: al bert bertie albie | alexander: alex al ally sandy xander lex alec sasha zander
alexandra: alex ally sandra sandy lexi lexie sasha alexa | alfred: alf alfie fred freddie
alice: ali ally | alison: ali allie ally | amanda: mandy manda | amelia: amy millie mia milly
andrew: andy drew | angela: angie ange | anna: annie ann anne | annabel: anna bella belle annie
anthony: tony ant antony | antonia: toni | archibald: archie | arthur: art artie
augustus: gus august | barbara: barb babs | bartholomew: bart | benjamin: ben benji benny benjy
bernard: bernie | bethany: beth bethan | bradley: brad | brandon: bran | bridget: bridie biddy
callum: cal calum | cameron: cam cammy | camilla: milla milly millie | caroline: carrie caz
catherine: cath cathy kate katie kitty cat kat katherine kathryn catharine katharine kathleen
charles: charlie chas chuck chaz | charlotte: charlie lottie lotte char | chloe: clo khloe
christina: tina chris chrissy christine | christopher: chris kit topher kris kristopher
clifford: cliff | connor: con conor | daniel: dan danny dani | danielle: dani danni ellie
david: dave davey davie dai | dawid: david | deborah: deb debbie debs debra | dennis: den denny
dominic: dom nic dominik | donald: don donnie | dorothy: dot dottie dolly
edward: ed eddie ted teddy ned edd eddy | eleanor: ellie nell nelly nora ella elly elinor
elizabeth: liz lizzie beth betty eliza libby lisa betsy bess elsie lilibet lizzy elisabeth
ellen: nell nellie ellie | emily: em emmy millie emmie | emma: em emmy
emmanuel: manny manuel emanuel | ezekiel: zeke | fatima: fatma fatimah fatuma fatema
florence: flo flossie florrie | frances: fran frankie franny | francesca: fran frankie chess
francis: frank frankie fran | franklin: frank frankie | frederick: fred freddie freddy rick
gabriel: gabe gab | gabrielle: gabby gabi gaby ellie gabriella | gareth: gaz gary
geoffrey: geoff jeff jeffrey | george: georgie | georgia: georgie gia | georgina: georgie gina
gerald: gerry jerry | gregory: greg | hannah: hanna han | harold: harry hal | harriet: hattie
harrison: harry | harvey: harv | henry: harry hal hank | hussain: hussein husain hossein
ibrahim: ibby ebrahim | imogen: immy immie | irene: rene | isaac: zac ike zak
isabella: bella izzy isa belle isabel isabelle isobel issy | jacob: jake cob jakub
jacqueline: jackie jacqui | jakub: kuba | james: jim jimmy jamie jem jimmie
jane: janey janie jan | janet: jan | jasmine: jas jaz jazz yasmin | jayden: jay jaden
jennifer: jen jenny jenn jennie | jeremy: jez jem jerry | jessica: jess jessie jessy
joan: joanie | joanna: jo joanne | jonathan: jon jonny johnny john jonathon johnathan
john: jack johnny jon | joseph: joe joey jo josef yusuf | josephine: jo josie jojo
joshua: josh | judith: judy jude | julia: julie jules | juliet: jules | julian: jules
katarzyna: kasia | keira: kiera | kenneth: ken kenny | kieran: kieron ciaran kier
kimberley: kim kimmy kimberly | kristina: kris tina | lauren: laurie loz | laura: laurie lolly
lawrence: larry laurie laurence loz | leonard: leo len lenny | leonardo: leo | leroy: lee roy
lewis: lew louis | liam: lee | lillian: lily lil lilly lilian | louis: lou louie lewis luis
louise: lou lulu | lucas: luke luc lukas luca | lucy: lu luce lucie | luke: luc
lydia: lyd | mackenzie: mac kenzie mckenzie | madeleine: maddie maddy mads madeline
madison: maddie maddy madi maddison | malcolm: mal | margaret: maggie meg peggy marge maisie
maria: mia marie mariah | marcus: marc mark | martha: marty matty | martin: marty martyn
mary: polly molly may mae | matilda: tilly mattie tilda tillie | mathew: matt matty
matthew: matt matty mat mathew mateusz | maximilian: max | maxwell: max | megan: meg meggie
melanie: mel | melissa: mel lissa missy | michael: mike mick micky mikey mickey mich
michelle: shell chelle | mohammed: mo mohamed muhammad mohammad mohamad muhammed mohamud moe mohd
molly: mollie moll | natalie: nat tilly | natasha: tash tasha nat | nathan: nate nat
nathaniel: nate nat nathan | nicholas: nick nicky nic nico nicolas nicholai | nicola: nicky nic
nicole: nicky nikki nic | norman: norm | oliver: ollie olly | olivia: liv livvy livi olive
oscar: oz ossie oskar | pamela: pam | patricia: pat trish tricia patsy | patrick: pat paddy rick
paul: paulie | peter: pete | philip: phil pip phillip | philippa: pip pippa
phoebe: phoebs pheobe | rachel: rach rachael ray | raymond: ray | rebecca: becky becca bex becks
reginald: reg reggie | reuben: rube ruben | rhiannon: rhi | rhys: reece rees reese
richard: rich rick dick ricky richie ricardo | robert: rob bob bobby robbie bert bobbie rab
robin: rob robyn | rodney: rod | roger: rog | ronald: ron ronnie | rosemary: rose rosie
rose: rosie | russell: russ rusty | ruth: ruthie | samantha: sam sammy | samuel: sam sammy
sandra: sandy | sarah: sal sally sara | sebastian: seb bas baz | shannon: shan | sharon: shaz
shaun: sean shawn | simon: si | sophie: soph sophia sofia | stanley: stan
stephanie: steph stephie stef | stephen: steve stevie steven ste stefan | susan: sue susie suzie
susannah: sue susie zanna anna suzanna | terence: terry tel | teresa: terri tess theresa tessa
thaddeus: tad thad | theodore: theo ted teddy | thomas: tom tommy tomas thom | timothy: tim timmy
tobias: toby | umar: omar | valerie: val | vanessa: nessa | victor: vic | victoria: vicky tori vix
vincent: vin vinnie vince | violet: vi | vivienne: viv | walter: walt wally
william: will bill billy liam willy wills | winifred: winnie fred | yusuf: yousef yousuf youssef
zachary: zac zack zach zak zachariah | zainab: zaynab zeinab
"""


def _groups() -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for entry in _FORMS.replace("\n", "|").split("|"):
        name, _, forms = entry.partition(":")
        for form in (name, *forms.split()):
            if form.strip():
                found.setdefault(form.strip(), set()).add(name.strip())
    return {form: tuple(sorted(names)) for form, names in found.items()}


_NAMES_OF: Final = _groups()


def full_names(forename: str) -> tuple[str, ...]:
    """Return the names that a plain forename may be short for, in order; else itself alone."""
    return _NAMES_OF.get(forename, (forename,))

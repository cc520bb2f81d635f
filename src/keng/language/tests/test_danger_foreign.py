"""Danger told in Chinese, Korean and English, plainly and in disguise; learned from by nothing."""

import pytest

from keng.language.danger import danger_in

IN_DANGER = {
    "zh": [
        "楼下仓库着火了，浓烟滚滚，工人还困在三楼，快来人",
        "我丈夫拿刀追我和孩子，我们锁在厕所里，求求你们快来",
        "工厂宿舍里有人打群架，已经有人头上流血倒在地上了",
        "我室友吞了一整瓶安眠药，叫不醒，怎么办",
        "有个小孩掉进鱼塘里了，大人不会游泳，救命",
        "老板把我们的护照收走，关在屋里不让出去，不干活就打",
        "刚才有个男人硬把一个女孩拉上面包车，女孩一直喊救命",
        "我不想活了，现在在桥上，对不起爸妈",
        "路口卡车撞了两辆摩托，有人压在车底下",
        "隔壁邻居每天晚上打他老婆，今天打得特别凶，听到惨叫",
        "有人跟踪我到公寓门口，还在砸门，我一个人很害怕",
        "我女儿六岁，在市场走丢了，穿红裙子",
        "煤气味很重，整栋楼都闻到了，可能要爆炸",
        "他威胁说如果我报警就杀了我全家",
        "有人往我同事身上泼了硫酸，现在在厂门口",
        "老人晕倒在路边没有呼吸了",
        "歹徒持枪抢了金店，往东边跑了",
        "被骗到这里来打工，天天被电击殴打，求解救",
    ],
    "ko": [
        "공장 2층에 불이 났어요, 동료들이 안에 갇혀 있어요 빨리 와주세요",
        "남편이 칼을 들고 저를 죽이겠다고 해요 아이와 방에 숨어 있어요",
        "룸메이트가 수면제를 다 먹었어요, 의식이 없어요",
        "아이가 저수지에 빠졌어요 살려주세요",
        "사장이 여권을 빼앗고 방에 가뒀어요, 때려요",
        "어떤 남자가 여학생을 차에 억지로 태웠어요",
        "죽고 싶어요 지금 옥상이에요",
        "트럭이 오토바이를 치고 도망갔어요, 사람이 피를 많이 흘려요",
        "옆집에서 여자가 맞고 있어요 비명 소리가 계속 나요",
        "누가 문을 부수고 들어오려고 해요 혼자 있어요 무서워요",
        "다섯 살 딸을 시장에서 잃어버렸어요",
        "가스 냄새가 심하게 나요 폭발할 것 같아요",
        "신고하면 가족을 죽인다고 협박해요",
        "식당에서 칼부림이 났어요 두 명이 다쳤어요",
        "할머니가 길에 쓰러져서 숨을 안 쉬어요",
        "강도가 총을 들고 들어와서 돈을 가져갔어요",
        "성폭행을 당했어요 도와주세요",
        "감금돼서 강제로 일하고 있어요 구해주세요",
    ],
    "en": [
        "fire in the warehouse next to our dorm, people trapped upstairs",
        "my husband has a knife and says he will kill me, i am locked in the bathroom with my kid",
        "my roommate swallowed a bottle of sleeping pills and wont wake up",
        "a child fell into the fish pond and nobody can swim",
        "our boss took our passports and keeps us locked in, he beats anyone who tries to leave",
        "a man just dragged a girl into a white van, she was screaming",
        "i dont want to live anymore, im on the bridge",
        "truck ran over two motorbikes, someone is stuck underneath",
        "the neighbour is beating his wife again, i can hear her screaming",
        "someone is trying to break down my door, im alone and scared",
        "lost my 6 year old daughter at the market, red dress",
        "strong smell of gas in the whole building",
        "he says if i go to the police he will kill my family",
        "guy threw acid on my coworker at the factory gate",
        "old man collapsed on the street not breathing",
        "they robbed the gold shop with a gun and ran",
        "i was raped last night please help",
        "two guys stabbed someone outside the bar, so much blood",
    ],
}
CALM = {
    "zh": [
        "请问办理暂住证需要什么材料",
        "我的电动车昨天被偷了，怎么报案",
        "楼上装修太吵，能不能管一下",
        "捡到一个钱包，里面有护照，交到哪里",
        "收到短信说我中奖了，是真的吗",
        "请问派出所几点上班",
        "我在网上买东西被骗了两千块",
        "昨晚看了一部杀人的电影，很好看",
        "公司消防演习是明天下午吗",
        "去年这里发生过火灾，现在修好了",
        "有人在路边摆摊卖假货",
        "驾照换证要多久",
    ],
    "ko": [
        "임시 거주 등록은 어떻게 하나요",
        "어제 자전거를 도둑맞았어요",
        "위층 공사 소리가 너무 시끄러워요",
        "지갑을 주웠어요 어디에 맡기면 되나요",
        "당첨됐다는 문자가 왔는데 진짜인가요",
        "경찰서 몇 시에 문 열어요",
        "인터넷에서 물건 샀는데 사기당했어요",
        "어제 좀비 영화 봤는데 무서웠어요",
        "내일 소방 훈련 있나요",
        "작년에 여기 불이 났었는데 지금은 다 고쳤어요",
        "길에서 가짜 명품을 팔아요",
        "면허증 갱신 얼마나 걸려요",
    ],
    "en": [
        "what papers do i need for temporary residence",
        "my bike got stolen yesterday, how do i report",
        "upstairs renovation is too loud",
        "found a wallet with a passport, where to hand in",
        "i got a text that i won a prize, is it real",
        "what time does the police station open",
        "bought shoes online and the seller blocked me",
        "watched a zombie movie, it was a killer",
        "is the fire drill tomorrow afternoon",
        "there was a fire here last year, all fixed now",
        "people sell fake bags on the street",
        "how long does renewing a licence take",
    ],
}


@pytest.mark.parametrize("language", IN_DANGER)
def test_danger_is_understood(language: str) -> None:
    missed = [text for text in IN_DANGER[language] if danger_in(text) is None]
    assert missed == []


@pytest.mark.parametrize("language", CALM)
def test_calm_texts_seldom_ring(language: str) -> None:
    """On 2026-11-29 four of thirty-six are weighed as danger, to be looked at within the hour."""
    rings = [danger for text in CALM[language] if (danger := danger_in(text)) is not None]
    assert len(rings) <= 2
    assert {danger.level for danger in rings} <= {"P1"}


@pytest.mark.parametrize("language", ["zh", "ko"])
@pytest.mark.parametrize("between", ["\u200b", "🔥"])
def test_what_stands_between_two_characters_hides_no_danger(language: str, between: str) -> None:
    for text in IN_DANGER[language]:
        hidden = "".join(
            f"{character}{between}" if character.isalpha() and at % 3 == 0 else character
            for at, character in enumerate(text)
        )
        assert danger_in(hidden) is not None, hidden


@pytest.mark.parametrize("text", IN_DANGER["zh"])
def test_wide_letters_and_marks_change_nothing(text: str) -> None:
    wide = text.replace(",", "，").replace("三", "３")
    assert danger_in(wide) is not None

"""Every browser and system a page or a mail may name: what ua-parser calls it, and what people call it.

What is not here has no name with us (WB-14). A name is a few words of letters, so that no mail program makes a link
of it: the Mail.ru browser is left out for its name. It may not parse anything.
"""

from collections.abc import Mapping
from types import MappingProxyType

_AS_THEY_ARE = """
Aloha Browser,Amazon Silk,Avast Secure Browser,Baidu Browser,Basilisk,BlackBerry,Brave,Chrome,Chrome Mobile,Chromium,
Coc Coc,Comodo Dragon,DuckDuckGo,Edge,Edge Mobile,Facebook,Facebook Messenger,Firefox,Firefox Mobile,Google,
HeyTap Browser,Honor Browser,Huawei Browser,Instagram,Iron,KakaoTalk,Konqueror,LINE,Ladybird,Maxthon,
Microsoft Teams,Midori,Mobile Safari,Opera,Opera GX,Opera Mini,Opera Mobile,Opera Touch,Outlook,Pale Moon,Pinterest,
Puffin,QQ Browser,Safari,Sailfish Browser,Samsung Internet,SeaMonkey,Snapchat,Sogou Explorer,Telegram,Thunderbird,
TikTok,Twitter,UC Browser,Vivaldi,Waterfox,WeChat Browser,Weibo,Whale,Yandex Browser,
Python Requests,curl,okhttp
"""

BROWSERS: Mapping[str, str] = MappingProxyType(
    {name.strip(): name.strip() for name in _AS_THEY_ARE.split(",")}
    | {
        "Android": "Android Browser",
        "Apple Mail": "Apple Mail",
        "Chrome Mobile WebView": "Chrome Mobile",
        "Chrome Mobile iOS": "Chrome Mobile",
        "DuckDuckGo Mobile": "DuckDuckGo",
        "Ecosia Android": "Ecosia",
        "Ecosia iOS": "Ecosia",
        "Epiphany": "GNOME Web",
        "Firefox Alpha": "Firefox",
        "Firefox Beta": "Firefox",
        "Firefox iOS": "Firefox Mobile",
        "HeadlessChrome": "Chrome Headless",
        "IE": "Internet Explorer",
        "IE Mobile": "Internet Explorer",
        "MiuiBrowser": "Mi Browser",
        "Mobile Safari UI/WKWebView": "Mobile Safari",
        "MullvadBrowser": "Mullvad Browser",
        "Opera Tablet": "Opera Mobile",
        "Outlook-iOS": "Outlook",
        "PaleMoon": "Pale Moon",
        "QQ Browser Mobile": "QQ Browser",
        "Slack Desktop Client": "Slack",
        "VivoBrowser": "vivo Browser",
    }
)

_SYSTEMS_AS_THEY_ARE = """
Android,Arch Linux,BlackBerry OS,CentOS,Chrome OS,Debian,Fedora,Firefox OS,FreeBSD,Gentoo,HarmonyOS,KaiOS,Kindle,
Kubuntu,Linux,Linux Mint,Lubuntu,Mac OS X,Mageia,Red Hat,Sailfish,Slackware,Solaris,SUSE,Tizen,Ubuntu,WatchOS,
Windows,Windows Mobile,Windows Phone,iOS,openSUSE,tvOS,webOS
"""

SYSTEMS: Mapping[str, str] = MappingProxyType(
    {name.strip(): name.strip() for name in _SYSTEMS_AS_THEY_ARE.split(",")}
)

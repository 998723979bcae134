#include "report/page/html_style.h"

namespace netmon {

const std::string_view kHtmlStyle = R"css(
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--muted:#57606a;--line:#d0d7de;--card:#f6f8fa;
--bad:#b42318;--bad-bg:#fdeceb;--warn:#7a4d00;--warn-bg:#fff4d6;--good:#116329;--good-bg:#e6f6ea;
--info:#0a4fa3;--info-bg:#e8f1fb;--mono:ui-monospace,"DejaVu Sans Mono","Liberation Mono",Menlo,Consolas,monospace}
@media screen and (prefers-color-scheme:dark){:root{--bg:#0f1419;--fg:#e6edf3;--muted:#9aa7b4;
--line:#38424d;--card:#181f27;--bad:#ff9a92;--bad-bg:#3b1513;--warn:#ecc25c;--warn-bg:#33270a;
--good:#6fdc8c;--good-bg:#0f2d18;--info:#85bcff;--info-bg:#10263f}}
@media print{:root{color-scheme:light}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:78rem;background:var(--bg);color:var(--fg);
font:16px/1.5 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;overflow-wrap:break-word}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .25rem}
h2{font-size:1.25rem;margin:2.5rem 0 .5rem;padding-top:.75rem;border-top:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.5rem 0 .5rem}
p{margin:.25rem 0 .75rem;max-width:60rem}
code{font-family:var(--mono);font-size:.875em;unicode-bidi:isolate;white-space:pre-wrap;overflow-wrap:anywhere}
.muted,figcaption{color:var(--muted)}
.banner{margin:1rem 0;padding:1rem 1.25rem;border:1px solid;border-left-width:.6rem;border-radius:.4rem}
.banner.bad strong{color:var(--bad)}.banner.warn strong{color:var(--warn)}.banner.good strong{color:var(--good)}
.banner strong{font-size:1.5rem;letter-spacing:.02em}
.banner p{margin:.25rem 0 0}
.banner h2{margin:1rem 0 .25rem;padding:0;border:0;font-size:1.05rem}
.banner h2,.banner p,.banner ol,.banner ul{color:var(--fg)}
.banner ol,.banner ul{padding-left:1.5rem;margin:0}
.banner li{margin:.2rem 0}
.banner .counts{padding:0;margin:1rem 0 0}.banner .counts li{margin:0}
.bad{color:var(--bad)}.warn{color:var(--warn)}.good{color:var(--good)}.info{color:var(--info)}
.banner.bad{background:var(--bad-bg)}.banner.warn{background:var(--warn-bg)}.banner.good{background:var(--good-bg)}
.counts{display:flex;flex-wrap:wrap;gap:.5rem;list-style:none;margin:.75rem 0 0;padding:0}
.counts li{padding:.25rem .75rem;border:1px solid var(--line);border-radius:.4rem;background:var(--bg)}
.counts b{font-size:1.15rem}
.counts .zero{color:var(--muted)}
.scroll{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:.9rem}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{padding:.45rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
thead th{background:var(--card);color:var(--muted);font-weight:600;white-space:nowrap}
tbody th{font-weight:600;white-space:nowrap}
tr.bad th{box-shadow:inset .3rem 0 var(--bad)}tr.warn th{box-shadow:inset .3rem 0 var(--warn)}
tr.good th{box-shadow:inset .3rem 0 var(--good)}
tr.bad td,tr.warn td,tr.good td{color:var(--fg)}
.facts{margin:0;padding:0;list-style:none}
.facts span{color:var(--muted)}
figure{margin:1rem 0}
figcaption{margin-bottom:.25rem}
svg{display:block;max-width:100%;min-width:760px;height:auto}
svg text{font:12px var(--mono);fill:var(--fg);white-space:pre}
svg .strong{font-weight:700}
svg .head{text-anchor:middle;fill:var(--muted);font-family:inherit}
svg .box{fill:var(--card);stroke:var(--line)}
svg .host{fill:var(--info-bg);stroke:var(--info)}
svg .edge{fill:none;stroke:var(--line);stroke-width:1.5}
svg .badge{fill:var(--info)}svg .ring{fill:none;stroke:var(--warn);stroke-width:2}
svg .sign{text-anchor:middle;font-weight:700;fill:var(--bg)}
svg .unknown .sign{fill:var(--warn)}
svg .added .box,svg .changed .box{stroke:var(--info);stroke-width:2}
svg .edge.added,svg .edge.changed{stroke:var(--info);stroke-width:2.5}
svg .removed .box{stroke:var(--info);stroke-width:2;stroke-dasharray:6 4;fill:none}
svg .edge.removed,svg .edge.unknown{stroke-dasharray:6 4}
svg .unknown .box{stroke:var(--warn);stroke-dasharray:2 3;stroke-width:2;fill:none}
svg .node.bad .box{stroke:var(--bad);fill:var(--bad-bg)}svg .edge.bad{stroke:var(--bad)}svg .bad .badge{fill:var(--bad)}
svg .node.good .box{stroke:var(--good);fill:var(--good-bg)}svg .edge.good{stroke:var(--good)}svg .good .badge{fill:var(--good)}
.signoff{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:1.25rem 2rem;
padding:1.25rem;border:2px solid var(--line);border-radius:.4rem}
.signoff div{min-height:3.5rem;border-bottom:1px solid var(--fg)}
details{margin:.5rem 0}summary{cursor:pointer}
.foot{display:none}
footer{margin-top:2.5rem;padding-top:.75rem;border-top:1px solid var(--line);color:var(--muted);font-size:.875rem}
@media screen and (max-width:700px){
.cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table.cards,.cards tbody,.cards tr,.cards tbody th,.cards td{display:block;width:100%}
.cards tr{margin:0 0 .75rem;border:1px solid var(--line);border-radius:.4rem;overflow:hidden}
.cards tbody th,.cards td{white-space:normal;border-bottom:0;padding:.3rem .75rem}
.cards tbody th{background:var(--card)}
.pair{table-layout:fixed;font-size:.8rem}.pair th,.pair td{padding:.35rem .4rem;white-space:normal}
.pair th:first-child{width:6.2rem}
.cards td::before{content:attr(data-label);display:block;color:var(--muted);font-size:.8rem}
}
@media print,screen and (min-width:701px){
.changes{table-layout:fixed}
.changes th:nth-child(1){width:10%}.changes th:nth-child(2){width:13%}.changes th:nth-child(3){width:18%}
.changes th:nth-child(4){width:28%}
}
@media print{
@page{margin:12mm;@bottom-right{content:"page " counter(page) " of " counter(pages);
font:8pt "DejaVu Sans",sans-serif;color:#57606a}}
body{display:table;width:100%;max-width:none;padding:0;font-size:9pt;line-height:1.35}
footer{margin-top:4mm;font-size:8pt}
.foot{display:table-footer-group;break-inside:avoid}
.foot div{height:9mm}
.foot p{position:fixed;bottom:0;margin:0;font-size:8pt;white-space:nowrap;color:var(--muted)}
.appendix{break-before:page}
h1{font-size:15pt}h2{font-size:12pt;margin:4mm 0 1mm;padding-top:2mm}h3{font-size:10pt;margin:2mm 0 1mm}
p{margin:0 0 1.5mm}
.banner{margin:2mm 0;padding:2.5mm 4mm}.banner strong{font-size:14pt}.banner h2{margin:2mm 0 1mm;font-size:10pt}
.banner .counts{margin:2mm 0 0}.counts li{padding:.5mm 2mm}
.signoff{padding:3mm;gap:3mm 6mm;grid-template-columns:1fr 1fr 1fr}.signoff div{min-height:13mm}
table{font-size:8pt}
thead{display:table-header-group}
tr,.signing,.banner{break-inside:avoid}
h2,h3,figcaption,h3+p,thead{break-after:avoid}
tbody tr:first-child{break-before:avoid}
th,td{padding:.8mm 1.2mm}
tbody th{white-space:normal}
.scroll{overflow:visible}
svg{min-width:0;width:100%}
details{display:none}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
)css";

const std::string_view kHtmlStyleHash = "sha256-Hacfw65bhaRDPwrYqf9EGr2M2k+ockWd/vPPBeqgPKk=";

}  // namespace netmon

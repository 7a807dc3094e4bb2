package parser

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ascending has versions by platform, several lists where there are families. "=" joins those that mean the same.
var ascending = []struct{ platform, versions string }{
	{"cisco_ios", "12.0(33)S|12.2(18)SXF17a|12.2(33)SXI14|12.2(55)SE10|12.2(55)SE12|12.3(26)|12.4(3j)|12.4(15)T7|12.4(15)T17|12.4(25g)|" +
		"15.0(2)SE4|15.0(2)SE10a|15.1(2)T5|15.1(4)M|15.1(4)M9|15.1(4)M12a|15.2(1)E|15.2(2)E|15.2(2)E0a|15.2(2)E9|15.2(2)E10|15.2(7a)E0b"},
	{"cisco_xe", "03.02.01.SE=3.2.1SE|03.07.00bS|03.07.05S=03.07.05.S|03.11.03aE|16.03.09|16.09.01|16.09.01s|16.12.10a|17.1.1|" +
		"17.03.08|17.03.08a=17.3.8a|17.06.06|17.6.6a|17.12.04=17.12.4|17.15.1"},
	{"cisco_nxos", "4.2(8)|5.0(3)U5(1f)|5.2(1)N1(8b)|6.0(2)A8(7)|6.2(9)|6.2(20a)|7.0(3)I4(9)|7.0(3)I7(5a)|7.0(3)I7(9)|7.0(3)I7(10)|" +
		"7.3(7)N1(1)|8.4(11)|9.2(4)|9.3(9)|9.3(14)|10.1(2)|10.2(3)=10.2(3)F|10.2(3t)|10.2(8)=10.2(8)M|10.4(2)F|10.4(10)"},
	{"cisco_xr", "4.1.2|5.1.3|6.2.25|6.5.1.20I|6.5.1|6.6.3|7.1.15|7.3.2|7.3.15|7.10.2|7.11.1|24.2.11|24.3.1|25.1.2"},
	{"cisco_asa", "8.0(4)28|8.2(5)59|8.4(7)|8.4(7)30=8.4.7.30|9.1(7)4|9.2(4)|9.8(4)9|9.8(4)48|9.10(1)|9.12(4)62|9.16(4)=9.16.4|9.16(4)27=9.16.4.27|9.20(2)10"},
	{"cisco_ftd", "6.4.0.9|6.4.0.9 (Build 62)|6.6.7|7.0.6|7.0.6.2 (Build 64)|7.0.6.2 (Build 65)|7.2.10|7.4.2 (Build 172)=7.4.2-172"},
	{"juniper_junos", "11.4R7.5|12.3R12|12.3R12-S9|12.3R12-S21|14.1X53-D9|14.1X53-D130.3|15.1F6-S10|15.1R7|17.3R3-S1|17.3R3-S12.2|18.4R1.8|18.4R1.11|" +
		"18.4R2|18.4R10|20.2R3-S2.5|21.2R3-S9|22.1R1|22.3R1-S2|23.2R2.21|24.2R1-S2"},
	{"juniper_junos", "20.4R3-S9-EVO|21.4R3-S10.5-EVO|22.4R1.10-EVO|22.4R3-EVO"},
	{"arista_eos", "4.9.11|4.16.6M|4.17.0F|4.17.10M|4.20.5F|4.20.5.1F|4.20.15M|4.26.0F|4.26.0.1F|4.31.6M=4.31.6M-39879738.4331F|4.32.0F"},
	{"paloalto_panos", "8.1.9|8.1.26-h1|9.1.0-b12|9.1.0-c4|9.1.0|9.1.9-h2|9.1.16|10.1.14-h9|10.1.14-h11|10.2.9-h9|10.2.13|11.0.0|11.1.6-h14|11.1.10|12.1.2"},
	{"fortinet", "5.6.14|v6.2.9,build1234=6.2.9|6.2.16|6.4.9|7.0.0|7.0.17|7.2.9|7.4.10=v7.4.10,build2867,250603 (GA.M)|7.6.3"},
	{"nokia_sros", "B-8.0.R11=8.0.R11|C-14.0.R8|TiMOS-C-16.0.R9|TiMOS-B-19.10.R2=C-19.10.R2|19.10.R10|20.5.R1|20.10.R1|21.10.R3|21.10.R3-2|21.10.R4|23.3.R1"},
	{"nokia_srl", "20.6.4|21.11.3=v21.11.3-53-gab12cd34ef|22.3.1|23.10.2|24.10.1"},
	{"mikrotik_routeros", "5.26|6.40.9|6.48.10|6.49alpha3|6.49beta9|6.49beta22|6.49rc1|6.49|6.49.2|6.49.18|7.2rc4|7.2|7.2.3|7.12.1=7.12.1 (stable)|7.20beta2"},
	{"vyos", "1.1.8|1.2.0-rolling+201805211244|1.2.0-rc1|1.2.0-rc11|1.2.0-epa1|1.2.0|1.2.6|1.2.6-S1|1.3-rolling-202002291503|1.3.0-rc6|1.3.0-epa3|1.3.0|" +
		"1.3.4|1.4-rolling-202202030910|1.4.0-epa2|1.4.0|1.5-rolling-202402120023"},
	{"sonic", "SONiC.201904.9|SONiC.201911.230|SONiC.202012.122|SONiC.202205.87=SONiC-OS-202205.87-1ab2c3d4|SONiC.202205.1203|SONiC.202405.1"},
	{"sonic", "SONiC.20181130.31|SONiC.20191130.9|SONiC.20191130.86|SONiC.20220531.28"},
	{"sonic", "3.0.5-Enterprise_Base|3.1.2-Enterprise_Base|3.1.2a-Enterprise_Base|3.5.1-Enterprise_Base|4.0.0-Enterprise_Base|4.10.0-Enterprise_Advanced"},
	{"huawei_vrp", "V100R006C05|V200R001C00SPC300|V200R005C20SPC90|V200R005C20SPC500|V200R019C10|V200R019C10SPC500|V200R019C10SPC500SPH9|V200R021C10SPC600|V300R019C10SPC300"},
	{"huawei_smartax", "MA5600V800R013C10|MA5600V800R015C00|MA5600V800R015C10"},
	{"huawei_ont", "V3R016C10S135|V3R017C10S9|V3R017C10S115"},
	{"aruba_aoscx", "TL.10.03.0040|FL.10.06.0205|FL.10.08.1010|ML.10.09.1060|FL.10.10.1000=LL.10.10.1000=10.10.1000|FL.10.10.1120|FL.10.14.0001"},
	{"aruba_os", "6.5.4.20|8.6.0.9|8.6.0.20|8.10.0.14=8.10.0.14_90123|8.12.0.2"},
	{"hp_comware", "5.20, Release 2221P20|5.20.99, Release 2222P9|5.20.99, Release 2222P11|7.1.045, Release 2418P01|7.1.045, Release 2418P06H02|7.1.070, Release 3506P11|7.1.070, Release 6710"},
	{"hp_procurve", "WC.16.05.0007|WC.16.08.0002|WC.16.10.0009|WC.16.10.0012"},
	{"allied_telesis_awplus", "5.4.2-3.14|5.4.9-0.1|5.4.9-2.3|5.5.0-0.1|5.5.2-1.4"},
	{"brocade_fos", "v7.4.2j|8.2.1a|8.2.1c|8.2.3|8.2.3a2|9.0.1e1|9.1.1_01|9.2.0"},
	{"brocade_netiron", "5.8.0bT163=5.8.0b|5.8.0d|5.9.0bT163|6.0.0"},
	{"ruckus_fastiron", "07.4.00h|08.0.30bT311|08.0.30mT311|08.0.30mb|08.0.92|08.0.95dT213=08.0.95dT211|09.0.10f|10.0.10"},
	{"extreme_exos", "15.3.1.4|16.2.5.4|16.2.5.4-patch1-3|16.2.5.4-patch1-22|22.6.1.4|30.7.1.1|32.6.3.126"},
	{"extreme_slx", "17r.1.01|18r.1.00b|18r.1.00ca|18r.2.00|20.1.1|20.3.4c"},
	{"checkpoint_gaia", "R77.30|R80.10|R80.40|R81|R81.10|R81.20|R82"},
	{"dell_os9", "8.4.2.7|9.10(0.1)|9.11(2.4)|9.14(2.4)=9.14.2.4|9.14(2.4P1)|9.14(2.16)"},
	{"dell_os10", "10.4.0E(R1)|10.4.0E(R3P2)|10.4.3.4|10.5.2.9|10.5.4.5"},
	{"juniper_screenos", "6.2.0r7.0|6.3.0r9.0|6.3.0r22.0"},
	{"opnsense", "21.1.9_1|24.1|24.1.10|24.7.a|24.7.b|24.7.r1|24.7|24.7.9|24.7.12|24.7.12_4|25.1"},
	{"pfsense", "2.4.5-RELEASE|2.4.5-RELEASE-p1|2.6.0-BETA|2.6.0-RC|2.6.0-RELEASE=2.6.0|2.7.2-RELEASE"},
	{"pfsense", "21.05-RELEASE|22.01-RELEASE|23.09-RELEASE|23.09.1-RELEASE|24.11-RELEASE"},
	{"ubiquiti_edgerouter", "v1.10.9|1.10.11|2.0.8|2.0.9|2.0.9-hotfix.2|2.0.9-hotfix.7|3.0.0"},
	{"zyxel_os", "V4.30(AAND.1)|V4.30(AAND.3)|V4.70(AAND.2)C0|V5.10(AAND.0)"},
	{"cisco_wlc", "4.2.130.0|7.0.252.0|8.5.182.0|8.10.112.0|8.10.185.0"},
	{"f5_tmsh", "11.6.5.3|13.1.5|15.1.5|15.1.5.1|15.1.10|16.1.3.3|17.1.1.3"},
	{"cumulus", "3.7.9|3.7.15|4.4.5|5.3.1|5.9.2|5.10.0"},
}

func TestVersionsAscend(t *testing.T) {
	platforms := builtIns(t)
	for _, tt := range ascending {
		p, _ := platforms.Get(tt.platform)
		var want [][]string
		for group := range strings.SplitSeq(tt.versions, "|") {
			want = append(want, strings.Split(group, "="))
		}
		shuffled := slices.Concat(want...)
		rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		got, incomparable := p.Order.Sort(shuffled)
		for i := range got {
			slices.Sort(got[i])
		}
		for i := range want {
			slices.Sort(want[i])
		}
		if diff := cmp.Diff(want, got); diff != "" || incomparable != nil {
			t.Errorf("%s: incomparable %q, order (-want +got):\n%s", tt.platform, incomparable, diff)
		}
	}
}

func TestVersionsCompare(t *testing.T) {
	signs := map[int]string{-1: "<", 0: "=", 1: ">"}
	platforms := builtIns(t)
	for _, tt := range []struct{ platform, a, want, b string }{
		{"cisco_ios", "15.2(4)M11", "?", "15.2(7)E3"},
		{"cisco_ios", "12.2(25)SEE4", "?", "12.2(55)SE12"},
		{"cisco_ios", "15.0(1)M1", "?", "15.0(2)SE"},
		{"cisco_ios", "15.1(3)T4", "<", "15.1(4)M"},
		{"cisco_ios", "15.0(2)SE11", "<", "15.2(7)E3"},
		{"cisco_ios", "15.2(7)E3", "?", "17.9.4a"},
		{"cisco_ios", "3.6.5E", "?", "3.6.5S"},
		{"cisco_ios", "BLD_V177_THROTTLE_LATEST_20211003", "?", "17.7.1"},
		{"cisco_ios", "17.8.20211003:014100", "?", "17.8.1"},
		{"cisco_ios", "17.18.1prd21", "?", "17.18.1"},
		{"cisco_ios", "15.2(4.0.55)E", "?", "15.2(4)E"},
		{"cisco_nxos", "9.3(6uu)I9(1uu)", "?", "9.3(6)"},
		{"cisco_nxos", "7.3(2)D1(1)", "?", "7.3(7)N1(1)"},
		{"cisco_nxos", "6.2(16)", "<", "7.0(3)I7(2)"},
		{"juniper_junos", "21.4R3-S3.4", "?", "21.4R3-S3.4-EVO"},
		{"juniper_junos", "22.4R3", "?", "21.4R1-EVO"},
		{"juniper_junos", "15.1X49-D110", "?", "15.1R7"},
		{"juniper_junos", "15.1X49-D110", "?", "15.1X53-D60"},
		{"juniper_junos", "15.1X49-D110", "<", "18.2R1"},
		{"juniper_junos", "22.4I20230101_0101_builder", "?", "22.4R1"},
		{"fortinet", "4.0", "?", "5.6.3"},
		{"sonic", "SONiC.20191130.86", "?", "SONiC.202205.1"},
		{"arista_eos", "4.31.6M-00000000.4316M (engineering build)", "?", "4.31.6M"},
		{"sonic", "SONiC.HEAD.32-0abc123", "?", "SONiC.202305.32"},
		{"sonic", "SONiC.202305.32", "?", "4.1.0-Enterprise_Base"},
		{"hp_procurve", "H.10.83", "?", "WC.16.10.0012"},
		{"zyxel_os", "V5.13(AAXA.9)", "?", "V5.36(ABUI.2)"},
		{"pfsense", "2.7.2-RELEASE", "?", "23.09-RELEASE"},
		{"linux", "Debian GNU/Linux 12 (bookworm)", "?", "Debian GNU/Linux 13 (trixie)"},
		{"linux", "Debian GNU/Linux 12 (bookworm)", "=", "Debian GNU/Linux 12 (bookworm)"},
	} {
		p, _ := platforms.Get(tt.platform)
		for _, pair := range [][2]string{{tt.a, tt.b}, {tt.b, tt.a}} {
			c, ok := p.Order.Compare(pair[0], pair[1])
			got := "?"
			if ok {
				got = signs[c]
			}
			want := tt.want
			if pair[0] == tt.b && tt.a != tt.b {
				want = strings.NewReplacer("<", ">", ">", "<").Replace(want)
			}
			if got != want {
				t.Errorf("%s: %q %s %q, want %s", tt.platform, pair[0], got, pair[1], want)
			}
		}
	}
}

// TestSampledVersionsHaveForm reads with each order what the platform's own rules find in the samples.
func TestSampledVersionsHaveForm(t *testing.T) {
	odd := []string{ // by a private build, or by a product that numbers in another way than its platform
		"ES4626-SFP_1.2.0.11", "7.5-lab-manual-build", "V5.02.00s168p10", "4.0", "SONiC.master.0-dirty-20230101.010203",
	}
	platforms := builtIns(t)
	all, err := Samples()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		p, _ := platforms.Get(s.Platform)
		if p.Order == nil {
			continue
		}
		reading, _ := p.Parse(s.Answers)
		version := reading.Facts.Report(p.ID).Version
		if version == "" {
			continue
		}
		if groups, _ := p.Order.Sort([]string{version}); (groups != nil) == slices.Contains(odd, version) {
			t.Errorf("%s/%s: %q: has a form: %t", s.Platform, s.Name, version, groups != nil)
		}
	}
}

// FuzzOrder holds every built-in order to the laws of an order.
func FuzzOrder(f *testing.F) {
	for _, tt := range ascending {
		texts := strings.FieldsFunc(tt.versions, func(r rune) bool { return r == '|' || r == '=' })
		for i := range len(texts) - 2 {
			f.Add(texts[i+2], texts[i], texts[i+1])
		}
	}
	f.Add("15.0(1)M1", "15.0(2)SE", "15.1(3)T4")
	platforms, err := BuiltIns()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, a, b, c string) {
		for _, p := range platforms.All() {
			ab, okAB := p.Order.Compare(a, b)
			ba, okBA := p.Order.Compare(b, a)
			bc, okBC := p.Order.Compare(b, c)
			ac, okAC := p.Order.Compare(a, c)
			if okAB != okBA || ab != -ba {
				t.Errorf("%s: %q to %q: %d %t, but back %d %t", p.ID, a, b, ab, okAB, ba, okBA)
			}
			if okAB && okBC && ab == bc && (!okAC || ac != ab) {
				t.Errorf("%s: %q, %q, %q: %d, %d, but %d %t", p.ID, a, b, c, ab, bc, ac, okAC)
			}
			if okAB && ab == 0 && (okBC != okAC || bc != ac) {
				t.Errorf("%s: %q equals %q, but they differ to %q", p.ID, a, b, c)
			}
			groups, _ := p.Order.Sort([]string{a, b, c})
			for i := range groups {
				for j := range i {
					if order, ok := p.Order.Compare(groups[j][0], groups[i][0]); ok && order >= 0 {
						t.Errorf("%s: sorted %q", p.ID, groups)
					}
				}
			}
		}
	})
}

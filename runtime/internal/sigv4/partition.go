package sigv4

import "strings"

// partitions are the parts of AWS with a domain of their own, by their regions' names; the first prefix that fits counts.
var partitions = [...]struct{ prefix, domain string }{
	{"cn-", "amazonaws.com.cn"},
	{"eusc-", "amazonaws.eu"},
	{"us-isob-", "sc2s.sgov.gov"},
	{"us-isof-", "csp.hci.ic.gov"},
	{"us-iso-", "c2s.ic.gov"},
	{"eu-isoe-", "cloud.adc-e.uk"},
}

// Domain is what the hosts of a region's services end in: amazonaws.com.
func Domain(region string) string {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.prefix) {
			return p.domain
		}
	}
	return "amazonaws.com"
}

// ValidHost reports whether name is made of labels of letters, digits, hyphens and underscores, as services, regions and
// buckets in hosts are.
func ValidHost(name string) bool {
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for i := range len(label) {
			if c := label[i]; c == '~' || c != '_' && !unreserved(c) {
				return false
			}
		}
	}
	return len(name) <= 200
}

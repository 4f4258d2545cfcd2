package account

import "strings"

// brief makes of what a browser calls itself a few words by which its owner knows it: "Chrome, Windows"; the whole where nothing in it is known.
func brief(agent string) string {
	found := []string{}
	for _, kinds := range [][][2]string{
		{ // the first that fits: most browsers also claim to be those below
			{"MicroMessenger", "WeChat"},
			{"QQBrowser", "QQ Browser"},
			{"Edg", "Edge"},
			{"OPR/", "Opera"},
			{"Firefox/", "Firefox"},
			{"FxiOS", "Firefox"},
			{"Chrome/", "Chrome"},
			{"CriOS", "Chrome"},
			{"Safari/", "Safari"},
		},
		{
			{"iPhone", "iPhone"},
			{"iPad", "iPad"},
			{"HarmonyOS", "HarmonyOS"},
			{"Android", "Android"},
			{"Windows", "Windows"},
			{"Mac OS X", "macOS"},
			{"CrOS", "ChromeOS"},
			{"Linux", "Linux"},
		},
	} {
		for _, kind := range kinds {
			if strings.Contains(agent, kind[0]) {
				found = append(found, kind[1])
				break
			}
		}
	}
	if len(found) == 0 {
		return agent
	}
	return strings.Join(found, ", ")
}

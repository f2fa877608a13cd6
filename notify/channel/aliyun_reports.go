package channel

import "encoding/json"

// ParseAliyunReports reads a push of SmsReport. Aliyun does not sign it: its address must be secret.
// The answer it waits for is {"code":0,"msg":"接收成功"}.
func ParseAliyunReports(body []byte) ([]Report, error) {
	var lines []struct {
		Time    string `json:"report_time"`
		Success *bool  `json:"success"`
		Code    string `json:"err_code"`
		ID      string `json:"biz_id"`
		Ours    string `json:"out_id"`
	}
	if json.Unmarshal(body, &lines) != nil {
		return nil, errReports
	}
	var all []Report
	for _, l := range lines {
		if l.Success != nil && (l.ID != "" || l.Ours != "") {
			all = append(all, report(l.ID, l.Ours, *l.Success, l.Code, l.Time))
		}
	}
	return all, nil
}

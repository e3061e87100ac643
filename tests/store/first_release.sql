BEGIN TRANSACTION;
CREATE TABLE absence (
	office_id VARCHAR(64) NOT NULL, 
	officer_id VARCHAR(64) NOT NULL, 
	position INTEGER NOT NULL, 
	first_day DATE NOT NULL, 
	last_day DATE NOT NULL, 
	CONSTRAINT pk_absence PRIMARY KEY (office_id, officer_id, position), 
	CONSTRAINT fk_absence_office_id_officer_id FOREIGN KEY(office_id, officer_id) REFERENCES officer (office_id, id), 
	CONSTRAINT fk_absence_office_id FOREIGN KEY(office_id) REFERENCES office (id)
);
CREATE TABLE account (
	office_id VARCHAR(64) NOT NULL, 
	officer_id VARCHAR(64) NOT NULL, 
	login VARCHAR(200) NOT NULL, 
	password_hash TEXT NOT NULL, 
	failures INTEGER NOT NULL, 
	locked_until DATETIME, 
	CONSTRAINT pk_account PRIMARY KEY (office_id, officer_id), 
	CONSTRAINT fk_account_office_id_officer_id FOREIGN KEY(office_id, officer_id) REFERENCES officer (office_id, id), 
	CONSTRAINT fk_account_office_id FOREIGN KEY(office_id) REFERENCES office (id), 
	CONSTRAINT uq_account_login UNIQUE (login)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE appointment (
	office_id VARCHAR(64) NOT NULL, 
	officer_id VARCHAR(64) NOT NULL, 
	position INTEGER NOT NULL, 
	post VARCHAR(200) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	since DATE, 
	until DATE, 
	CONSTRAINT pk_appointment PRIMARY KEY (office_id, officer_id, position), 
	CONSTRAINT fk_appointment_office_id_officer_id FOREIGN KEY(office_id, officer_id) REFERENCES officer (office_id, id), 
	CONSTRAINT fk_appointment_office_id FOREIGN KEY(office_id) REFERENCES office (id)
);
INSERT INTO "appointment" VALUES('shifan','ding',0,'受理窗口','regular',NULL,NULL);
INSERT INTO "appointment" VALUES('shifan','hui',0,'补贴资金发放管理','regular',NULL,NULL);
INSERT INTO "appointment" VALUES('shifan','jian',0,'资金监管','regular',NULL,NULL);
INSERT INTO "appointment" VALUES('shifan','zhang',0,'所长','regular',NULL,NULL);
INSERT INTO "appointment" VALUES('shifan','chu',0,'出纳会计','regular',NULL,NULL);
CREATE TABLE attachment (
	office_id VARCHAR(64) NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	case_id VARCHAR(64) NOT NULL, 
	work_item_id VARCHAR(64), 
	step TEXT NOT NULL, 
	field VARCHAR(200) NOT NULL, 
	filename TEXT NOT NULL, 
	media_type VARCHAR(200) NOT NULL, 
	size_bytes BIGINT NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	added_at DATETIME NOT NULL, 
	added_by VARCHAR(64) NOT NULL, 
	content BLOB NOT NULL, 
	CONSTRAINT pk_attachment PRIMARY KEY (office_id, id), 
	CONSTRAINT fk_attachment_office_id_case_id FOREIGN KEY(office_id, case_id) REFERENCES case_file (office_id, id), 
	CONSTRAINT fk_attachment_office_id FOREIGN KEY(office_id) REFERENCES office (id)
);
INSERT INTO "attachment" VALUES('shifan','bd41866cdbe94a60805044cc58dea02c','2026-000001','8dd7f1ca26e142e282898ba109fa8d7f','fill','','扫描.pdf','application/pdf',4,'315d429b7714cedb6ad04ac31240145257692630457f3c88253c5beceac76027','2026-03-02 02:00:00.000000','ding',X'25504446');
INSERT INTO "attachment" VALUES('shifan','038e4b168e934948a8a8478036699508','2026-000002','28908871430c482d934f02cc95b477fe','fill','','扫描.pdf','application/pdf',4,'315d429b7714cedb6ad04ac31240145257692630457f3c88253c5beceac76027','2026-03-02 04:00:00.000000','ding',X'25504446');
CREATE TABLE avoidance (
	office_id VARCHAR(64) NOT NULL, 
	position INTEGER NOT NULL, 
	one VARCHAR(64) NOT NULL, 
	other VARCHAR(64) NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_avoidance PRIMARY KEY (office_id, position), 
	CONSTRAINT fk_avoidance_office_id FOREIGN KEY(office_id) REFERENCES office (id)
);
CREATE TABLE case_file (
	office_id VARCHAR(64) NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	item_code VARCHAR(64) NOT NULL, 
	item_name VARCHAR(200) NOT NULL, 
	process_id VARCHAR(200) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	bundle TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	opened_at DATETIME NOT NULL, 
	opened_by VARCHAR(64) NOT NULL, 
	finished_at DATETIME, 
	parent_id VARCHAR(64), 
	root_id VARCHAR(64) NOT NULL, 
	parent_task VARCHAR(64), 
	row_number INTEGER, 
	trail TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_case_file PRIMARY KEY (office_id, id), 
	CONSTRAINT fk_case_file_office_id_parent_id FOREIGN KEY(office_id, parent_id) REFERENCES case_file (office_id, id), 
	CONSTRAINT fk_case_file_office_id FOREIGN KEY(office_id) REFERENCES office (id)
);
INSERT INTO "case_file" VALUES('shifan','2026-000001','T-1','p','p','4812d399617147ed289ded939fcf39859697ff4dc6d7a746903ab77f62338712','{"process": "p", "digests": {"p": "4812d399617147ed289ded939fcf39859697ff4dc6d7a746903ab77f62338712"}}','finished','2026-03-02 01:00:00.000000','ding','2026-03-02 03:00:00.000000',NULL,'2026-000001',NULL,NULL,'',5);
INSERT INTO "case_file" VALUES('shifan','2026-000002','T-1','p','p','4812d399617147ed289ded939fcf39859697ff4dc6d7a746903ab77f62338712','{"process": "p", "digests": {"p": "4812d399617147ed289ded939fcf39859697ff4dc6d7a746903ab77f62338712"}}','open','2026-03-02 03:00:00.000000','ding',NULL,NULL,'2026-000002',NULL,NULL,'',3);
CREATE TABLE case_state (
	office_id VARCHAR(64) NOT NULL, 
	case_id VARCHAR(64) NOT NULL, 
	content TEXT NOT NULL, 
	CONSTRAINT pk_case_state PRIMARY KEY (office_id, case_id), 
	CONSTRAINT fk_case_state_office_id_case_id FOREIGN KEY(office_id, case_id) REFERENCES case_file (office_id, id), 
	CONSTRAINT fk_case_state_office_id FOREIGN KEY(office_id) REFERENCES office (id)
);
INSERT INTO "case_state" VALUES('shifan','2026-000001','{"data": {}, "correlations": {}, "last_task": "c5213ac2-fe01-49c8-9a6a-84e177181be5", "success": true, "completed": true, "tasks": {"6d520f7f-083c-4892-b301-1ac390c3d118": {"id": "6d520f7f-083c-4892-b301-1ac390c3d118", "parent": null, "children": ["4e2123d8-ec38-48ad-833d-33b67b9d7618"], "last_state_change": 1795333469.53767, "state": 64, "task_spec": "Start", "triggered": false, "internal_data": {}, "data": {}, "delta": {}, "typename": "Task"}, "4e2123d8-ec38-48ad-833d-33b67b9d7618": {"id": "4e2123d8-ec38-48ad-833d-33b67b9d7618", "parent": "6d520f7f-083c-4892-b301-1ac390c3d118", "children": ["8dd7f1ca-26e1-42e2-8289-8ba109fa8d7f"], "last_state_change": 1795333469.5380065, "state": 64, "task_spec": "start", "triggered": false, "internal_data": {"event_fired": true}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "8dd7f1ca-26e1-42e2-8289-8ba109fa8d7f": {"id": "8dd7f1ca-26e1-42e2-8289-8ba109fa8d7f", "parent": "4e2123d8-ec38-48ad-833d-33b67b9d7618", "children": ["48c43138-556b-4950-9ec1-e89b99c7a9b7"], "last_state_change": 1795333469.6677666, "state": 64, "task_spec": "fill", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "48c43138-556b-4950-9ec1-e89b99c7a9b7": {"id": "48c43138-556b-4950-9ec1-e89b99c7a9b7", "parent": "8dd7f1ca-26e1-42e2-8289-8ba109fa8d7f", "children": ["bad05a3b-1c15-4bb8-a27f-9af116d3ccf0", "eff53c7b-0193-4cb2-9838-f66d627e8b72"], "last_state_change": 1795333469.668212, "state": 64, "task_spec": "fork", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "bad05a3b-1c15-4bb8-a27f-9af116d3ccf0": {"id": "bad05a3b-1c15-4bb8-a27f-9af116d3ccf0", "parent": "48c43138-556b-4950-9ec1-e89b99c7a9b7", "children": ["6572b9e0-7853-4e8c-8731-9e0c6f663266"], "last_state_change": 1795333469.7588632, "state": 64, "task_spec": "left", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "eff53c7b-0193-4cb2-9838-f66d627e8b72": {"id": "eff53c7b-0193-4cb2-9838-f66d627e8b72", "parent": "48c43138-556b-4950-9ec1-e89b99c7a9b7", "children": ["6daef57b-ed71-478d-a5e3-e486c4fe2ec2"], "last_state_change": 1795333469.8341422, "state": 64, "task_spec": "right", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "6572b9e0-7853-4e8c-8731-9e0c6f663266": {"id": "6572b9e0-7853-4e8c-8731-9e0c6f663266", "parent": "bad05a3b-1c15-4bb8-a27f-9af116d3ccf0", "children": [], "last_state_change": 1795333469.834425, "state": 256, "task_spec": "join", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "6daef57b-ed71-478d-a5e3-e486c4fe2ec2": {"id": "6daef57b-ed71-478d-a5e3-e486c4fe2ec2", "parent": "eff53c7b-0193-4cb2-9838-f66d627e8b72", "children": ["219d1203-570e-4bd6-8e71-b9061881c206"], "last_state_change": 1795333469.8346813, "state": 64, "task_spec": "join", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "219d1203-570e-4bd6-8e71-b9061881c206": {"id": "219d1203-570e-4bd6-8e71-b9061881c206", "parent": "6daef57b-ed71-478d-a5e3-e486c4fe2ec2", "children": ["ea225035-1752-45e5-9240-10f09091a8e7"], "last_state_change": 1795333469.90023, "state": 64, "task_spec": "sign", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "ea225035-1752-45e5-9240-10f09091a8e7": {"id": "ea225035-1752-45e5-9240-10f09091a8e7", "parent": "219d1203-570e-4bd6-8e71-b9061881c206", "children": ["fbcab705-c421-4e4c-8fb5-fa65b53b0f64"], "last_state_change": 1795333469.9005163, "state": 64, "task_spec": "end", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "fbcab705-c421-4e4c-8fb5-fa65b53b0f64": {"id": "fbcab705-c421-4e4c-8fb5-fa65b53b0f64", "parent": "ea225035-1752-45e5-9240-10f09091a8e7", "children": ["c5213ac2-fe01-49c8-9a6a-84e177181be5"], "last_state_change": 1795333469.9007306, "state": 64, "task_spec": "p.EndJoin", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "c5213ac2-fe01-49c8-9a6a-84e177181be5": {"id": "c5213ac2-fe01-49c8-9a6a-84e177181be5", "parent": "fbcab705-c421-4e4c-8fb5-fa65b53b0f64", "children": [], "last_state_change": 1795333469.9008737, "state": 64, "task_spec": "End", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}}, "root": "6d520f7f-083c-4892-b301-1ac390c3d118", "subprocesses": {}, "typename": "BpmnWorkflow"}');
INSERT INTO "case_state" VALUES('shifan','2026-000002','{"data": {}, "correlations": {}, "last_task": "02531878-6e90-4c43-8342-43d2b4722a0c", "success": true, "completed": false, "tasks": {"a26daef7-62e4-41d4-a7a9-d3fa7ef07a42": {"id": "a26daef7-62e4-41d4-a7a9-d3fa7ef07a42", "parent": null, "children": ["3e7595a1-80ad-4c38-a5c7-7df84fddf65e"], "last_state_change": 1795333469.940054, "state": 64, "task_spec": "Start", "triggered": false, "internal_data": {}, "data": {}, "delta": {}, "typename": "Task"}, "3e7595a1-80ad-4c38-a5c7-7df84fddf65e": {"id": "3e7595a1-80ad-4c38-a5c7-7df84fddf65e", "parent": "a26daef7-62e4-41d4-a7a9-d3fa7ef07a42", "children": ["28908871-430c-482d-934f-02cc95b477fe"], "last_state_change": 1795333469.9403648, "state": 64, "task_spec": "start", "triggered": false, "internal_data": {"event_fired": true}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "28908871-430c-482d-934f-02cc95b477fe": {"id": "28908871-430c-482d-934f-02cc95b477fe", "parent": "3e7595a1-80ad-4c38-a5c7-7df84fddf65e", "children": ["c1a5f72c-160d-4ddf-8ef7-0f064683623f"], "last_state_change": 1795333470.0187216, "state": 64, "task_spec": "fill", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "c1a5f72c-160d-4ddf-8ef7-0f064683623f": {"id": "c1a5f72c-160d-4ddf-8ef7-0f064683623f", "parent": "28908871-430c-482d-934f-02cc95b477fe", "children": ["02531878-6e90-4c43-8342-43d2b4722a0c", "edc72867-0800-43f2-aea9-ebae070546e6"], "last_state_change": 1795333470.0191176, "state": 64, "task_spec": "fork", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "02531878-6e90-4c43-8342-43d2b4722a0c": {"id": "02531878-6e90-4c43-8342-43d2b4722a0c", "parent": "c1a5f72c-160d-4ddf-8ef7-0f064683623f", "children": ["1d42456f-6943-4a69-b458-aec1229b58f7"], "last_state_change": 1795333470.0990305, "state": 64, "task_spec": "left", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "edc72867-0800-43f2-aea9-ebae070546e6": {"id": "edc72867-0800-43f2-aea9-ebae070546e6", "parent": "c1a5f72c-160d-4ddf-8ef7-0f064683623f", "children": ["62673b72-f949-4828-8c4d-98a4b189231d"], "last_state_change": 1795333470.0191734, "state": 16, "task_spec": "right", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "1d42456f-6943-4a69-b458-aec1229b58f7": {"id": "1d42456f-6943-4a69-b458-aec1229b58f7", "parent": "02531878-6e90-4c43-8342-43d2b4722a0c", "children": ["b2a7b37b-d692-4c3e-9169-7e955f07580c"], "last_state_change": 1795333470.099286, "state": 8, "task_spec": "join", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "b2a7b37b-d692-4c3e-9169-7e955f07580c": {"id": "b2a7b37b-d692-4c3e-9169-7e955f07580c", "parent": "1d42456f-6943-4a69-b458-aec1229b58f7", "children": ["6ef04f68-04e4-4819-ae24-be7ca1787c9e"], "last_state_change": 1795333469.939636, "state": 4, "task_spec": "sign", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "6ef04f68-04e4-4819-ae24-be7ca1787c9e": {"id": "6ef04f68-04e4-4819-ae24-be7ca1787c9e", "parent": "b2a7b37b-d692-4c3e-9169-7e955f07580c", "children": ["c6b52d30-9570-4be6-a9d6-9c1fa6c21137"], "last_state_change": 1795333469.9396496, "state": 4, "task_spec": "end", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "c6b52d30-9570-4be6-a9d6-9c1fa6c21137": {"id": "c6b52d30-9570-4be6-a9d6-9c1fa6c21137", "parent": "6ef04f68-04e4-4819-ae24-be7ca1787c9e", "children": ["626abefd-6f22-4f0f-aac3-976c50bde439"], "last_state_change": 1795333469.9396644, "state": 4, "task_spec": "p.EndJoin", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "626abefd-6f22-4f0f-aac3-976c50bde439": {"id": "626abefd-6f22-4f0f-aac3-976c50bde439", "parent": "c6b52d30-9570-4be6-a9d6-9c1fa6c21137", "children": [], "last_state_change": 1795333469.9396806, "state": 4, "task_spec": "End", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "62673b72-f949-4828-8c4d-98a4b189231d": {"id": "62673b72-f949-4828-8c4d-98a4b189231d", "parent": "edc72867-0800-43f2-aea9-ebae070546e6", "children": ["1715388a-3be5-4cfb-a5eb-81f3467f2a48"], "last_state_change": 1795333469.9397008, "state": 4, "task_spec": "join", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "1715388a-3be5-4cfb-a5eb-81f3467f2a48": {"id": "1715388a-3be5-4cfb-a5eb-81f3467f2a48", "parent": "62673b72-f949-4828-8c4d-98a4b189231d", "children": ["7d15fe36-d4b4-4f40-a624-137342e441a3"], "last_state_change": 1795333469.939713, "state": 4, "task_spec": "sign", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "7d15fe36-d4b4-4f40-a624-137342e441a3": {"id": "7d15fe36-d4b4-4f40-a624-137342e441a3", "parent": "1715388a-3be5-4cfb-a5eb-81f3467f2a48", "children": ["cc25a45d-def4-424b-ba9b-8bb1df38c304"], "last_state_change": 1795333469.9397244, "state": 4, "task_spec": "end", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "cc25a45d-def4-424b-ba9b-8bb1df38c304": {"id": "cc25a45d-def4-424b-ba9b-8bb1df38c304", "parent": "7d15fe36-d4b4-4f40-a624-137342e441a3", "children": ["81a20ff1-7e4b-4181-b9b3-e603a588a642"], "last_state_change": 1795333469.9397366, "state": 4, "task_spec": "p.EndJoin", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}, "81a20ff1-7e4b-4181-b9b3-e603a588a642": {"id": "81a20ff1-7e4b-4181-b9b3-e603a588a642", "parent": "cc25a45d-def4-424b-ba9b-8bb1df38c304", "children": [], "last_state_change": 1795333469.939748, "state": 4, "task_spec": "End", "triggered": false, "internal_data": {}, "data": {}, "delta": {"updates": {}, "deletions": []}, "typename": "Task"}}, "root": "a26daef7-62e4-41d4-a7a9-d3fa7ef07a42", "subprocesses": {}, "typename": "BpmnWorkflow"}');
CREATE TABLE counter (
	office_id VARCHAR(64) NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	value BIGINT NOT NULL, 
	CONSTRAINT pk_counter PRIMARY KEY (office_id, name), 
	CONSTRAINT fk_counter_office_id FOREIGN KEY(office_id) REFERENCES office (id)
);
INSERT INTO "counter" VALUES('shifan','case 2026',2);
CREATE TABLE form_entry (
	office_id VARCHAR(64) NOT NULL, 
	case_id VARCHAR(64) NOT NULL, 
	number INTEGER NOT NULL, 
	work_item_id VARCHAR(64), 
	officer VARCHAR(64) NOT NULL, 
	at DATETIME NOT NULL, 
	salt VARCHAR(32) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_form_entry PRIMARY KEY (office_id, case_id, number), 
	CONSTRAINT fk_form_entry_office_id_case_id FOREIGN KEY(office_id, case_id) REFERENCES case_file (office_id, id), 
	CONSTRAINT fk_form_entry_office_id FOREIGN KEY(office_id) REFERENCES office (id)
);
INSERT INTO "form_entry" VALUES('shifan','2026-000001',1,'8dd7f1ca26e142e282898ba109fa8d7f','ding','2026-03-02 02:00:00.000000','a8719b85c8428e971208415642b7cdfd','fa014ac02bc66e0d71dd7deb84d61f2534588566d359ce7c164563c3b81f36ff');
INSERT INTO "form_entry" VALUES('shifan','2026-000001',2,'219d1203570e4bd68e71b9061881c206','ding','2026-03-02 03:00:00.000000','0d46e76c597c210230f3ada18840baff','f9c691da30a3060e170ba5e4f829ca9ea26ff73e7a080d08379163e58b97a9a2');
INSERT INTO "form_entry" VALUES('shifan','2026-000002',1,'28908871430c482d934f02cc95b477fe','ding','2026-03-02 04:00:00.000000','f2a853deda2db19a95f18273be50ea75','26786a1b9c310c38d948c2b911c2178e6b637184c6117521b01d04d6196798bd');
CREATE TABLE form_value (
	office_id VARCHAR(64) NOT NULL, 
	case_id VARCHAR(64) NOT NULL, 
	number INTEGER NOT NULL, 
	field VARCHAR(200) NOT NULL, 
	type VARCHAR(16) NOT NULL, 
	fen BIGINT, 
	content TEXT, 
	is_current BOOLEAN NOT NULL, 
	CONSTRAINT pk_form_value PRIMARY KEY (office_id, case_id, number, field), 
	CONSTRAINT fk_form_value_office_id_case_id_number FOREIGN KEY(office_id, case_id, number) REFERENCES form_entry (office_id, case_id, number), 
	CONSTRAINT fk_form_value_office_id FOREIGN KEY(office_id) REFERENCES office (id)
);
INSERT INTO "form_value" VALUES('shifan','2026-000001',1,'n','number',NULL,'7',1);
INSERT INTO "form_value" VALUES('shifan','2026-000001',1,'sum','money',123450,NULL,1);
INSERT INTO "form_value" VALUES('shifan','2026-000001',1,'rows','table',NULL,'[{"a": "x"}, {"a": "y"}]',1);
INSERT INTO "form_value" VALUES('shifan','2026-000001',2,'opinion','text',NULL,'同意',1);
INSERT INTO "form_value" VALUES('shifan','2026-000002',1,'n','number',NULL,'7',1);
INSERT INTO "form_value" VALUES('shifan','2026-000002',1,'sum','money',123450,NULL,1);
INSERT INTO "form_value" VALUES('shifan','2026-000002',1,'rows','table',NULL,'[{"a": "x"}, {"a": "y"}]',1);
CREATE TABLE journal (
	office_id VARCHAR(64) NOT NULL, 
	case_id VARCHAR(64) NOT NULL, 
	sequence INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	actor VARCHAR(64) NOT NULL, 
	action VARCHAR(32) NOT NULL, 
	step TEXT NOT NULL, 
	step_name VARCHAR(200) NOT NULL, 
	form_digest VARCHAR(64) NOT NULL, 
	note TEXT NOT NULL, 
	prev_hash VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_journal PRIMARY KEY (office_id, case_id, sequence), 
	CONSTRAINT fk_journal_office_id FOREIGN KEY(office_id) REFERENCES office (id)
);
INSERT INTO "journal" VALUES('shifan','-',1,'2026-03-02 01:00:00.000000','system','appointed','','','','定岗 5 人','0000000000000000000000000000000000000000000000000000000000000000','a8e1cbd8f4cfbd593af091eaee8f82614af54d98f8c32cb20d97524b8ad0d632');
INSERT INTO "journal" VALUES('shifan','-',2,'2026-03-02 01:00:00.000000','system','published','','','','p','a8e1cbd8f4cfbd593af091eaee8f82614af54d98f8c32cb20d97524b8ad0d632','c65b13ae294e3bc4dc848db7ba5cf4f274996816640470eb2645fa6de82b268e');
INSERT INTO "journal" VALUES('shifan','2026-000001',1,'2026-03-02 01:00:00.000000','ding','opened','','','','','0000000000000000000000000000000000000000000000000000000000000000','a5dfc3a998571c40efb43950727bc927371a1c53d45d14ddcf0a5ba40a1620bc');
INSERT INTO "journal" VALUES('shifan','2026-000001',2,'2026-03-02 02:00:00.000000','ding','claimed','fill','fill','','','a5dfc3a998571c40efb43950727bc927371a1c53d45d14ddcf0a5ba40a1620bc','6d7ba06b67ae8c77f600de201536d36227aefba9e5a9494ff7b9390e2d1af2df');
INSERT INTO "journal" VALUES('shifan','2026-000001',3,'2026-03-02 02:00:00.000000','ding','completed','fill','fill','fa014ac02bc66e0d71dd7deb84d61f2534588566d359ce7c164563c3b81f36ff','','6d7ba06b67ae8c77f600de201536d36227aefba9e5a9494ff7b9390e2d1af2df','c380edc4ad62438a7684a040ec9a90de96066804d9c3bbd8f17b21bd5aa9bb2c');
INSERT INTO "journal" VALUES('shifan','2026-000001',4,'2026-03-02 03:00:00.000000','ding','claimed','left','left','','','c380edc4ad62438a7684a040ec9a90de96066804d9c3bbd8f17b21bd5aa9bb2c','9cdeb6445c8fc2033bb209a367405ccd18609485d9f95a52745c6fbe659f0bcb');
INSERT INTO "journal" VALUES('shifan','2026-000001',5,'2026-03-02 03:00:00.000000','ding','completed','left','left','','','9cdeb6445c8fc2033bb209a367405ccd18609485d9f95a52745c6fbe659f0bcb','e2a7bf1fb8af6ac03d069ff0015027194bdada5d015824e1a61b5915f28faab7');
INSERT INTO "journal" VALUES('shifan','2026-000001',6,'2026-03-02 03:00:00.000000','ding','claimed','right','right','','','e2a7bf1fb8af6ac03d069ff0015027194bdada5d015824e1a61b5915f28faab7','63ac643c19ba9179e6952d984a6d554c164915b236362fb73dfd805308e5da8e');
INSERT INTO "journal" VALUES('shifan','2026-000001',7,'2026-03-02 03:00:00.000000','ding','completed','right','right','','','63ac643c19ba9179e6952d984a6d554c164915b236362fb73dfd805308e5da8e','b326bd1c53a33bec842abd6fb25aba483424f5bc9084402123da7f9b72b0f803');
INSERT INTO "journal" VALUES('shifan','2026-000001',8,'2026-03-02 03:00:00.000000','ding','claimed','sign','sign','','','b326bd1c53a33bec842abd6fb25aba483424f5bc9084402123da7f9b72b0f803','3960f7c013d09db9b12643df24e6d28b062b3be9f9474c67d81c45b4ee09ba32');
INSERT INTO "journal" VALUES('shifan','2026-000001',9,'2026-03-02 03:00:00.000000','ding','completed','sign','sign','f9c691da30a3060e170ba5e4f829ca9ea26ff73e7a080d08379163e58b97a9a2','','3960f7c013d09db9b12643df24e6d28b062b3be9f9474c67d81c45b4ee09ba32','1832523b352e88b6f0760a51f6c36e5a5dfeea40f85814151427cc770f90bef6');
INSERT INTO "journal" VALUES('shifan','2026-000001',10,'2026-03-02 03:00:00.000000','system','finished','','','','','1832523b352e88b6f0760a51f6c36e5a5dfeea40f85814151427cc770f90bef6','ba88f5729bfa8bfbffd858f409fba9a1de6b140c2ddc489038f298cf14c8a934');
INSERT INTO "journal" VALUES('shifan','2026-000002',1,'2026-03-02 03:00:00.000000','ding','opened','','','','','0000000000000000000000000000000000000000000000000000000000000000','911709515c2963ea1c2cf785df1a0211c5e9ee5e38040acf8e0538a2e97445c7');
INSERT INTO "journal" VALUES('shifan','2026-000002',2,'2026-03-02 04:00:00.000000','ding','claimed','fill','fill','','','911709515c2963ea1c2cf785df1a0211c5e9ee5e38040acf8e0538a2e97445c7','bfa70ff5e79ef02b1f411305658c16bee9133ae3d472d582237f992dc7e56e39');
INSERT INTO "journal" VALUES('shifan','2026-000002',3,'2026-03-02 04:00:00.000000','ding','completed','fill','fill','26786a1b9c310c38d948c2b911c2178e6b637184c6117521b01d04d6196798bd','','bfa70ff5e79ef02b1f411305658c16bee9133ae3d472d582237f992dc7e56e39','8e54b255cec267d0990c208f0f4727739c13f2d8ee50fb42d7ac9b9acf5d7e54');
INSERT INTO "journal" VALUES('shifan','2026-000002',4,'2026-03-02 05:00:00.000000','ding','claimed','left','left','','','8e54b255cec267d0990c208f0f4727739c13f2d8ee50fb42d7ac9b9acf5d7e54','954501fc52cdd2ac6b43eda1bd9eba65dac41efd9f3d28f0a04c0978fd123263');
INSERT INTO "journal" VALUES('shifan','2026-000002',5,'2026-03-02 05:00:00.000000','ding','completed','left','left','','','954501fc52cdd2ac6b43eda1bd9eba65dac41efd9f3d28f0a04c0978fd123263','352d46b65aa2b236644a8c79421a7b1ab406b14ff8a5e91c6c9316a49ae2fc9f');
CREATE TABLE office (
	id VARCHAR(64) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	CONSTRAINT pk_office PRIMARY KEY (id)
);
INSERT INTO "office" VALUES('shifan','示范镇财政所');
CREATE TABLE officer (
	office_id VARCHAR(64) NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	position INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	id_card VARCHAR(18) NOT NULL, 
	departed BOOLEAN NOT NULL, 
	CONSTRAINT pk_officer PRIMARY KEY (office_id, id), 
	CONSTRAINT fk_officer_office_id FOREIGN KEY(office_id) REFERENCES office (id)
);
INSERT INTO "officer" VALUES('shifan','ding',0,'ding同志','',0);
INSERT INTO "officer" VALUES('shifan','hui',1,'hui同志','',0);
INSERT INTO "officer" VALUES('shifan','jian',2,'jian同志','',0);
INSERT INTO "officer" VALUES('shifan','zhang',3,'zhang同志','',0);
INSERT INTO "officer" VALUES('shifan','chu',4,'chu同志','',0);
CREATE TABLE procedure_version (
	office_id VARCHAR(64) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	path TEXT NOT NULL, 
	content BLOB NOT NULL, 
	added_at DATETIME NOT NULL, 
	CONSTRAINT pk_procedure_version PRIMARY KEY (office_id, digest), 
	CONSTRAINT fk_procedure_version_office_id FOREIGN KEY(office_id) REFERENCES office (id)
);
INSERT INTO "procedure_version" VALUES('shifan','4812d399617147ed289ded939fcf39859697ff4dc6d7a746903ab77f62338712','0.bpmn',X'3C646566696E6974696F6E7320786D6C6E733D22687474703A2F2F7777772E6F6D672E6F72672F737065632F42504D4E2F32303130303532342F4D4F44454C2220786D6C6E733A71643D2275726E3A71696E6764616E3A62706D6E3A312E30222069643D22645F7022207461726765744E616D6573706163653D2275726E3A74657374223E3C70726F636573732069643D227022206E616D653D22702220697345786563757461626C653D2266616C7365223E3C657874656E73696F6E456C656D656E74733E3C71643A6974656D20636F64653D22542D3122206C697374733D2273657276696365222063617465676F72793D22E585ACE585B1E69C8DE58AA12220626F64793D22E8B4A2E694BFE68980222076657273696F6E3D2231222065666665637469766546726F6D3D22323032362D30312D3031222F3E3C2F657874656E73696F6E456C656D656E74733E3C73746172744576656E742069643D227374617274222F3E3C656E644576656E742069643D22656E64222F3E3C757365725461736B2069643D2266696C6C22206E616D653D2266696C6C223E3C657874656E73696F6E456C656D656E74733E3C71643A7374657020706F73743D22E58F97E79086E7AA97E58FA3223E3C71643A6669656C64206E616D653D226E22206C6162656C3D226E2220747970653D226E756D626572223E3C2F71643A6669656C643E3C71643A6669656C64206E616D653D2273756D22206C6162656C3D2273756D2220747970653D226D6F6E6579223E3C2F71643A6669656C643E3C71643A6669656C64206E616D653D22726F777322206C6162656C3D22726F77732220747970653D227461626C65223E3C71643A636F6C756D6E206E616D653D226122206C6162656C3D22612220747970653D2274657874223E3C2F71643A636F6C756D6E3E3C2F71643A6669656C643E3C2F71643A737465703E3C2F657874656E73696F6E456C656D656E74733E3C2F757365725461736B3E3C706172616C6C656C476174657761792069643D22666F726B222F3E3C706172616C6C656C476174657761792069643D226A6F696E222F3E3C757365725461736B2069643D226C65667422206E616D653D226C656674223E3C657874656E73696F6E456C656D656E74733E3C71643A7374657020706F73743D22E58F97E79086E7AA97E58FA3223E3C2F71643A737465703E3C2F657874656E73696F6E456C656D656E74733E3C2F757365725461736B3E3C757365725461736B2069643D22726967687422206E616D653D227269676874223E3C657874656E73696F6E456C656D656E74733E3C71643A7374657020706F73743D22E58F97E79086E7AA97E58FA3223E3C2F71643A737465703E3C2F657874656E73696F6E456C656D656E74733E3C2F757365725461736B3E3C757365725461736B2069643D227369676E22206E616D653D227369676E223E3C657874656E73696F6E456C656D656E74733E3C71643A7374657020706F73743D22E58F97E79086E7AA97E58FA3223E3C71643A6669656C64206E616D653D226F70696E696F6E22206C6162656C3D226F70696E696F6E2220747970653D2274657874223E3C2F71643A6669656C643E3C2F71643A737465703E3C2F657874656E73696F6E456C656D656E74733E3C2F757365725461736B3E3C73657175656E6365466C6F772069643D2273746172745F66696C6C2220736F757263655265663D22737461727422207461726765745265663D2266696C6C223E3C2F73657175656E6365466C6F773E3C73657175656E6365466C6F772069643D2266696C6C5F666F726B2220736F757263655265663D2266696C6C22207461726765745265663D22666F726B223E3C2F73657175656E6365466C6F773E3C73657175656E6365466C6F772069643D22666F726B5F6C6566742220736F757263655265663D22666F726B22207461726765745265663D226C656674223E3C2F73657175656E6365466C6F773E3C73657175656E6365466C6F772069643D226C6566745F6A6F696E2220736F757263655265663D226C65667422207461726765745265663D226A6F696E223E3C2F73657175656E6365466C6F773E3C73657175656E6365466C6F772069643D226A6F696E5F7369676E2220736F757263655265663D226A6F696E22207461726765745265663D227369676E223E3C2F73657175656E6365466C6F773E3C73657175656E6365466C6F772069643D227369676E5F656E642220736F757263655265663D227369676E22207461726765745265663D22656E64223E3C2F73657175656E6365466C6F773E3C73657175656E6365466C6F772069643D22666F726B5F72696768742220736F757263655265663D22666F726B22207461726765745265663D227269676874223E3C2F73657175656E6365466C6F773E3C73657175656E6365466C6F772069643D2272696768745F6A6F696E2220736F757263655265663D22726967687422207461726765745265663D226A6F696E223E3C2F73657175656E6365466C6F773E3C2F70726F636573733E3C2F646566696E6974696F6E733E','2026-03-02 01:00:00.000000');
CREATE TABLE published (
	office_id VARCHAR(64) NOT NULL, 
	process_id VARCHAR(200) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_published PRIMARY KEY (office_id, process_id), 
	CONSTRAINT fk_published_office_id_digest FOREIGN KEY(office_id, digest) REFERENCES procedure_version (office_id, digest), 
	CONSTRAINT fk_published_office_id FOREIGN KEY(office_id) REFERENCES office (id)
);
INSERT INTO "published" VALUES('shifan','p','4812d399617147ed289ded939fcf39859697ff4dc6d7a746903ab77f62338712');
CREATE TABLE relative (
	office_id VARCHAR(64) NOT NULL, 
	officer_id VARCHAR(64) NOT NULL, 
	position INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	relation VARCHAR(200) NOT NULL, 
	id_card VARCHAR(18) NOT NULL, 
	CONSTRAINT pk_relative PRIMARY KEY (office_id, officer_id, position), 
	CONSTRAINT fk_relative_office_id_officer_id FOREIGN KEY(office_id, officer_id) REFERENCES officer (office_id, id), 
	CONSTRAINT fk_relative_office_id FOREIGN KEY(office_id) REFERENCES office (id)
);
CREATE TABLE session (
	token_hash VARCHAR(64) NOT NULL, 
	office_id VARCHAR(64) NOT NULL, 
	officer_id VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	seen_at DATETIME NOT NULL, 
	CONSTRAINT pk_session PRIMARY KEY (token_hash), 
	CONSTRAINT fk_session_office_id_officer_id FOREIGN KEY(office_id, officer_id) REFERENCES account (office_id, officer_id)
);
CREATE TABLE subject (
	office_id VARCHAR(64) NOT NULL, 
	case_id VARCHAR(64) NOT NULL, 
	title VARCHAR(200) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	id_card VARCHAR(18) NOT NULL, 
	phone VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_subject PRIMARY KEY (office_id, case_id), 
	CONSTRAINT fk_subject_office_id_case_id FOREIGN KEY(office_id, case_id) REFERENCES case_file (office_id, id), 
	CONSTRAINT fk_subject_office_id FOREIGN KEY(office_id) REFERENCES office (id)
);
INSERT INTO "subject" VALUES('shifan','2026-000001','p · 赵大田','赵大田','11010519491231002X','13800000000');
INSERT INTO "subject" VALUES('shifan','2026-000002','p · 赵大田','赵大田','11010519491231002X','13800000000');
CREATE TABLE timer (
	office_id VARCHAR(64) NOT NULL, 
	case_id VARCHAR(64) NOT NULL, 
	task_id VARCHAR(64) NOT NULL, 
	step TEXT NOT NULL, 
	due DATETIME NOT NULL, 
	CONSTRAINT pk_timer PRIMARY KEY (office_id, case_id, task_id), 
	CONSTRAINT fk_timer_office_id_case_id FOREIGN KEY(office_id, case_id) REFERENCES case_file (office_id, id), 
	CONSTRAINT fk_timer_office_id FOREIGN KEY(office_id) REFERENCES office (id)
);
CREATE TABLE waiver (
	office_id VARCHAR(64) NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	position INTEGER NOT NULL, 
	one VARCHAR(200) NOT NULL, 
	other VARCHAR(200) NOT NULL, 
	scope VARCHAR(16) NOT NULL, 
	approved_by VARCHAR(200) NOT NULL, 
	reason TEXT NOT NULL, 
	control TEXT NOT NULL, 
	until DATE NOT NULL, 
	CONSTRAINT pk_waiver PRIMARY KEY (office_id, id), 
	CONSTRAINT fk_waiver_office_id FOREIGN KEY(office_id) REFERENCES office (id)
);
CREATE TABLE work_item (
	office_id VARCHAR(64) NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	case_id VARCHAR(64) NOT NULL, 
	root_id VARCHAR(64) NOT NULL, 
	step TEXT NOT NULL, 
	trail TEXT NOT NULL, 
	step_name VARCHAR(200) NOT NULL, 
	duty VARCHAR(64) NOT NULL, 
	post VARCHAR(200) NOT NULL, 
	external BOOLEAN NOT NULL, 
	party VARCHAR(200) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	officer VARCHAR(64), 
	cosigners TEXT DEFAULT '' NOT NULL, 
	since DATETIME NOT NULL, 
	due DATETIME, 
	done_at DATETIME, 
	CONSTRAINT pk_work_item PRIMARY KEY (office_id, id), 
	CONSTRAINT fk_work_item_office_id_case_id FOREIGN KEY(office_id, case_id) REFERENCES case_file (office_id, id), 
	CONSTRAINT fk_work_item_office_id FOREIGN KEY(office_id) REFERENCES office (id)
);
INSERT INTO "work_item" VALUES('shifan','8dd7f1ca26e142e282898ba109fa8d7f','2026-000001','2026-000001','fill','fill','fill','','受理窗口',0,'','done','ding','','2026-03-02 01:00:00.000000',NULL,'2026-03-02 02:00:00.000000');
INSERT INTO "work_item" VALUES('shifan','bad05a3b1c154bb8a27f9af116d3ccf0','2026-000001','2026-000001','left','left','left','','受理窗口',0,'','done','ding','','2026-03-02 02:00:00.000000',NULL,'2026-03-02 03:00:00.000000');
INSERT INTO "work_item" VALUES('shifan','eff53c7b01934cb29838f66d627e8b72','2026-000001','2026-000001','right','right','right','','受理窗口',0,'','done','ding','','2026-03-02 02:00:00.000000',NULL,'2026-03-02 03:00:00.000000');
INSERT INTO "work_item" VALUES('shifan','219d1203570e4bd68e71b9061881c206','2026-000001','2026-000001','sign','sign','sign','','受理窗口',0,'','done','ding','','2026-03-02 03:00:00.000000',NULL,'2026-03-02 03:00:00.000000');
INSERT INTO "work_item" VALUES('shifan','28908871430c482d934f02cc95b477fe','2026-000002','2026-000002','fill','fill','fill','','受理窗口',0,'','done','ding','','2026-03-02 03:00:00.000000',NULL,'2026-03-02 04:00:00.000000');
INSERT INTO "work_item" VALUES('shifan','edc72867080043f2aea9ebae070546e6','2026-000002','2026-000002','right','right','right','','受理窗口',0,'','ready',NULL,'','2026-03-02 04:00:00.000000',NULL,NULL);
INSERT INTO "work_item" VALUES('shifan','025318786e904c43834243d2b4722a0c','2026-000002','2026-000002','left','left','left','','受理窗口',0,'','done','ding','','2026-03-02 04:00:00.000000',NULL,'2026-03-02 05:00:00.000000');
CREATE INDEX ix_case_file_office_id_parent_id_parent_task ON case_file (office_id, parent_id, parent_task);
CREATE INDEX ix_case_file_office_id_root_id ON case_file (office_id, root_id);
CREATE INDEX ix_case_file_office_id_state_opened_at ON case_file (office_id, state, opened_at);
CREATE INDEX ix_attachment_office_id_case_id ON attachment (office_id, case_id);
CREATE INDEX ix_timer_office_id_due ON timer (office_id, due);
CREATE INDEX ix_work_item_office_id_case_id ON work_item (office_id, case_id);
CREATE INDEX ix_work_item_office_id_root_id ON work_item (office_id, root_id);
CREATE INDEX ix_work_item_office_id_state_officer ON work_item (office_id, state, officer);
CREATE INDEX ix_work_item_office_id_state_post ON work_item (office_id, state, post);
CREATE INDEX ix_form_value_office_id_case_id_is_current ON form_value (office_id, case_id, is_current);
CREATE INDEX ix_session_office_id_officer_id ON session (office_id, officer_id);
CREATE TRIGGER journal_refuses_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_refuses_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
COMMIT;

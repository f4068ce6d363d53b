// Package gen compiles a document into a gateway. It orders the stages and knows no rule of its own:
//
//	load → check → lower → emit → write
//
// load reads the document into the model, which says what the document says; check reports what is wrong with it;
// lower decides what the gateway does, as a plan; emit prints the plan as Go; write holds the files, compares them with
// a folder and puts them there. Which stage may know which other one is a table in layers_test.go.
package gen

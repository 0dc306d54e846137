package cheats // want "the file is not pure Go that is built everywhere"

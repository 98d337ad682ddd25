@main
enum OperatorCommand {
    static func main() {
        print("deepseek-operator")
    }
}
